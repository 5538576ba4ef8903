/* The simulation: real engines with real homes, the real server core over its real store, and a
 * network, clocks and disks that misbehave by a seed. One seed = one run, always the same.
 *
 * Order of calls: sim_prepare once, then for each seed sim_new -> sim_faults -> sim_heal ->
 * sim_check -> sim_free. Every trouble is a line in sim->trouble; an empty text is a passed run. */
#ifndef GW_TESTS_SIM_SIM_H
#define GW_TESTS_SIM_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/rnd.h"
#include "dispatchd/core.h"
#include "dispatchd/store.h"
#include "model/command.h"
#include "offline-db/home.h"
#include "offline-db/journal.h"
#include "sync/engine.h"

enum {
    SIM_CLIENTS = 6,
    SIM_CALLS = 96,
    SIM_LOG = 8,
    SIM_ISSUED = 1024,
    SIM_GRIDS = 5,
    SIM_ALARM_DEVICES = 6,
};
#define SIM_START INT64_C(1769800000000)
extern const char *const sim_grids[SIM_GRIDS];

struct sim;

/* ---- requests on the wire */
enum call_state { CALL_FREE, CALL_GOING, CALL_WAITING, CALL_COMING };
struct sim_call {
    enum call_state state;
    int64_t id;
    int64_t due;  /* mono: arrives at the server, or its next bytes arrive at the client */
    int64_t dies; /* mono: the client's own limit, 0 none */
    struct sim_client *client;
    bool cancelled; /* the client does not listen any more; what is under way still arrives */
    bool stream, frozen, closing;
    struct net_events events;
    struct core_request request; /* its texts are owned by `text` */
    struct gw_buf text;
    struct core_feed *feed;
    struct gw_buf out; /* bytes on their way to the client */
    enum net_end end;
    int status;
    int64_t retry_after_ms, server_time;
    char type[64];
};
struct sim_old_request {
    struct core_request request;
    struct gw_buf text;
    char user[GW_ID_MAX + 1];
};

struct sim_rates { /* chances in thousandths */
    int lose_request, lose_answer, repeat, cut, slow, freeze, crash;
};

/* ---- one laptop */
struct sim_client {
    struct sim *sim;
    int i;
    const char *user;
    enum gw_role role;
    char dir[512], image[512];
    bool has_image, down, open;
    struct gw_clock clock; /* the laptop's own: wall may be years off */
    int64_t skew;
    struct gw_random_seeded random;
    struct home home, writer; /* the engine's connection and the console's */
    struct engine *engine;
    struct sync_net net;
    int64_t wake;
    int64_t resumed; /* times it had to be enrolled again by a person */
};

/* A command that a worker was told is saved. */
struct sim_issued {
    char uid[GW_UUID_LEN + 1];
    int client;
    char text[32]; /* of a note: unlike every other */
    bool poison;   /* of no kind, or with a bent signature: need not reach the server */
    bool unsure;   /* the poison may not have reached the disk */
    bool bent;     /* a new key signs it well */
    bool lost;     /* the disk that held it was overwritten by an older image */
};

struct sim {
    uint64_t seed;
    bool quick;
    struct gw_random_seeded random;
    struct gw_clock_fixed clock;
    struct sim_rates rates;
    struct gw_config *client_config, *server_config;

    struct store *store, *admin;
    struct core *core;
    char server_file[512], backup[512], url[540];
    bool has_backup, ticking;
    int64_t tick_at, feeds_at;
    char source_token[GW_KEY_B64 + 1];

    struct sim_client clients[SIM_CLIENTS];
    struct sim_call calls[SIM_CALLS];
    struct sim_old_request log[SIM_LOG];
    size_t log_n, log_at;
    int64_t last_call;

    struct sim_issued issued[SIM_ISSUED];
    size_t issued_n;
    int64_t next_row, next_event, notes;
    int64_t faults, commands, requests, incidents, restores, crashes, enrolments, leaks_seen;
    int64_t devices, results[RESULT_N]; /* of the server at the end */

    struct gw_buf trouble; /* one line each */
};

/* ---- world.c */
void sim_prepare(void);
struct sim *sim_new(uint64_t seed);
void sim_free(struct sim *sim);
void sim_trouble(struct sim *sim, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool sim_chance(struct sim *sim, int thousandths);
int64_t sim_below(struct sim *sim, int64_t n);
/* Lets the world go on for ms. */
void sim_run(struct sim *sim, int64_t ms);
/* A write of an administrator's process: begin, do, commit, and the server notices. */
void sim_admin_begin(struct sim *sim);
void sim_admin_commit(struct sim *sim);

/* ---- server.c */
void sim_server_start(struct sim *sim);
void sim_server_crash(struct sim *sim);
void sim_server_backup(struct sim *sim);
void sim_server_restore(struct sim *sim);
/* One request in a turn of its own. */
void sim_serve(struct sim *sim, const struct core_request *request, struct core_answer *answer);
void sim_server_tick(struct sim *sim);
void sim_code(struct sim *sim, const char *user, char code[16]);

/* ---- client.c */
void sim_client_start(struct sim_client *client);
void sim_client_stop(struct sim_client *client);
void sim_client_crash(struct sim_client *client);
void sim_client_photograph(struct sim_client *client); /* an image of the disk */
void sim_client_restore(struct sim_client *client);
void sim_client_enrol(struct sim_client *client, bool again);
void sim_client_step(struct sim_client *client);
void sim_client_issue(struct sim_client *client);
void sim_copy_home(const char *from, const char *to);
void sim_copy_file(const char *from, const char *to);

/* ---- net.c */
void sim_net_init(struct sim_client *client);
int64_t sim_net_next(const struct sim *sim); /* mono of the next event */
bool sim_net_deliver(struct sim *sim);       /* one due event; false when none is due */
void sim_net_feeds(struct sim *sim);         /* streams and long-polls look for news */
void sim_net_server_gone(struct sim *sim);   /* every connection breaks */
void sim_net_free(struct sim *sim);

/* ---- faults.c */
void sim_faults(struct sim *sim);
void sim_heal(struct sim *sim);

/* ---- check.c */
void sim_check(struct sim *sim);
/* What the server sends to user must lie inside his rights. */
void sim_check_leak(struct sim *sim, const char *user, const char *text, size_t len);

#endif
