/* Everything the alarm card shows, read in one go. Texts are safe (gw_text_safe) and owned by the
 * card. Opening the card of an open alarm shows its own people's numbers, full address and key
 * place and writes a row of the access log; of a closed one they are masked. */
#ifndef GW_OFFLINE_DB_CARD_H
#define GW_OFFLINE_DB_CARD_H

#include "offline-db/queue.h"

struct card_contact {
    int64_t ord;
    char name[64], relation[32], phone[32], note[96];
};
struct card_event {
    int64_t at, seq; /* seq -1: own, not confirmed yet */
    int level;
    char kind[32], actor[64], text[160];
    bool struck, own;
    enum cmd_state mark; /* own ones: state; else CMD_STATE_N */
};
struct card_note {
    int64_t at;
    char kind[16], text[200];
};
struct card_reading {
    char name[48], unit[16];
    double value, low, high;
    bool has_low, has_high;
    int64_t at;
};
struct card_past {
    int64_t at;
    char kind[32], outcome[32];
};

enum { CARD_CONTACTS = 8, CARD_EVENTS = 250, CARD_NOTES = 8, CARD_READINGS = 8, CARD_PAST = 8 };

struct card {
    struct queue_row row;
    bool unmasked;
    char resident_id[GW_ID_MAX + 1];
    char name[64], sex[8], phone[32], hearing[48], dialect[48], groups[160];
    int age; /* -1 unknown */
    bool alone;
    int ability; /* -1 unknown */
    char address[256], estate[64], key_place[160];
    char device_kind[32], device_place[64], device_model[64];
    int battery; /* -1 unknown */
    int64_t device_seen_at;
    char text[200];
    struct card_contact contacts[CARD_CONTACTS];
    size_t contacts_n;
    struct card_event events[CARD_EVENTS]; /* oldest first */
    size_t events_n;
    int64_t events_total;
    struct card_note notes[CARD_NOTES];
    size_t notes_n;
    struct card_reading readings[CARD_READINGS];
    size_t readings_n;
    struct card_past past[CARD_PAST]; /* closed alarms at this address, newest first */
    size_t past_n;
    char leader_name[64], leader_phone[32], duty_name[64], duty_phone[32]; /* of the grid */
};

enum gw_err card_open(struct home *home, const char *alarm_id, struct card **out,
                      struct gw_fail *fail);
/* The same card read again because something changed while it stays open: no new row in the access
 * log. */
enum gw_err card_read(struct home *home, const char *alarm_id, struct card **out,
                      struct gw_fail *fail);
void card_free(struct card *card);

/* Leader and duty room of a path (nearest grid row upward), "" when unknown. */
enum gw_err card_numbers(struct home *home, const char *path, char leader_name[64],
                         char leader_phone[32], char duty_name[64], char duty_phone[32]);

/* Users who may be second person or take a hand-over for a path: role, name, id, duty state. */
struct card_person {
    gw_id id;
    char name[64];
    enum gw_role role;
    char duty[16];
};
enum gw_err card_people(struct home *home, const char *path, int above_level,
                        struct card_person *out, size_t cap, size_t *n);

#endif
