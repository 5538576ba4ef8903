/* Inside of tui/: the struct, the view vtable and what the files of this folder share. */
#ifndef GW_TUI_TUI_P_H
#define GW_TUI_TUI_P_H

#include "base/i18n.h"
#include "model/policy.h"
#include "offline-db/card.h"
#include "offline-db/journal.h"
#include "offline-db/queue.h"
#include "tui/draw.h"
#include "tui/keys.h"
#include "tui/pin_field.h"
#include "tui/request.h"
#include "tui/ring.h"
#include "tui/tui.h"

enum { TUI_VIEWS = 8, TUI_MIN_ROWS = 24, TUI_MIN_COLS = 80, TUI_SAY_MS = 8000 };

/* What must be painted. */
enum {
    DIRTY_ALL = 1 << 0,    /* everything */
    DIRTY_BODY = 1 << 1,   /* the view */
    DIRTY_CURSOR = 1 << 2, /* only the cursor moved in the view */
    DIRTY_TIME = 1 << 3,   /* a second went by: countdowns */
    DIRTY_BARS = 1 << 4,   /* status, notice, message, keys */
    DIRTY_SHOW = 1 << 5,   /* nothing is composed anew, but the terminal is written to */
};

struct view;

/* A screen is one small file that fills this. */
struct view_ops {
    const char *name; /* N_(): its heading */
    unsigned scope;   /* SC_* */
    bool text;        /* typed characters are text */
    /* arg as the opener gives it; on failure the view is not entered. */
    enum gw_err (*open)(struct tui *tui, struct view *view, const void *arg, struct gw_fail *fail);
    void (*close)(struct tui *tui, struct view *view); /* may be NULL */
    /* Before the key table; true = used up. May be NULL. */
    bool (*key)(struct tui *tui, struct view *view, const struct key *key);
    /* A request of the key table; false = the common meaning. May be NULL. */
    bool (*request)(struct tui *tui, struct view *view, enum request req);
    /* Rows tui->body_top .. tui->body_end - 1. */
    void (*draw)(struct tui *tui, struct view *view, unsigned dirty);
    /* The store changed. May be NULL. */
    void (*changed)(struct tui *tui, struct view *view);
    /* Keeps what is typed as a draft, on the disk: called after a short pause and now and then
     * while somebody types on, so that a power cut takes seconds of work. May be NULL. */
    void (*keep)(struct tui *tui, struct view *view);
    /* Left half of the bottom line instead of actions; NULL = actions of the key table. */
    const char *(*hint)(struct tui *tui, struct view *view);
};

struct view {
    const struct view_ops *ops;
    void *state; /* owned by the view */
    gw_id alarm; /* the alarm an action is bound to, "" = none */
};

/* Lies over all views; they stay as they are. */
struct tui_lock {
    bool on;
    struct view view; /* its alarm is the one that F2 takes */
    size_t top;
    struct pin_field pin;
};

struct message {
    char text[400];
    int64_t until_mono; /* 0 = none, INT64_MAX = until a key */
    enum paint paint;
};

/* One key of the bottom line as it is said. */
struct key_part {
    enum request req;
    const char *word; /* translated */
    char why[160];    /* why it cannot be used, "" = it can */
};
enum { KEY_PARTS = 8 };

struct tui {
    struct tui_opts opts;
    struct home *home;
    struct screen *scr;
    struct key_reader keys;
    struct view views[TUI_VIEWS];
    size_t views_n;
    int body_top, body_end;
    unsigned dirty;

    bool has_pin, look_at_lock;
    struct tui_lock lock;

    struct queue *queue;
    uint32_t changed;
    bool queue_moved;  /* new or changed rows since the order settled */
    int64_t news_mono; /* when the last ones came */
    int64_t seen_mono; /* the news_mono whose rows count as seen */
    struct journal_counts counts;
    int my_level;
    struct policy policy; /* of policy_kind */
    char policy_kind[32];

    struct tui_link link;
    bool stale;
    int64_t stale_mono; /* end_mono must pass this */
    int64_t stale_at;   /* wall time of the last byte */
    enum tui_inhibitor inhibitor;
    bool on_duty;
    int mirror_duty; /* what the mirror last said: 0, 1; -1 = nothing yet */
    int64_t clock_off, clock_unc;

    struct message say;
    char line[400]; /* the message row(s), made by bars_layout() */
    enum paint line_paint;
    int line_rows;
    /* Of the last own action: when the chain goes on if it does not arrive. */
    int64_t last_due_at;
    int last_level;
    struct ring ring;
    gw_id last_acted;
    gw_id watched; /* the alarm of the present view and what it looked like: the guard */
    enum alarm_state watched_state;
    gw_id watched_holder;
    int watched_level;
    int64_t guard_until;
    int64_t last_key_mono, second_mono;
    bool unkept; /* keys since ops->keep was called, the first of them at unkept_mono */
    int64_t unkept_mono;
    int probe;      /* cursor reports still awaited */
    bool by_person; /* a key is being acted on */
    bool small, quit, gone, first_frame;
    char why_plain[160];                  /* why English and ASCII, "" = not */
    char blocked[160];                    /* request_blocked() */
    struct key_part key_parts[KEY_PARTS]; /* what the bottom line says */
    size_t key_parts_n;                   /* 0 = something else stands there */
    struct tui_figures figures;
};

/* ---- tui.c */
int64_t tui_mono(const struct tui *tui);
/* Wall time corrected by the measured offset to the server: what due times are compared with. */
int64_t tui_now(const struct tui *tui);
const char *tui_me(const struct tui *tui);
struct view *tui_view(struct tui *tui);
/* Enters a view; says the failure on the message line. */
bool tui_open(struct tui *tui, const struct view_ops *ops, const char *alarm, const void *arg);
void tui_back(struct tui *tui);
/* Back to the first view and its card below, whatever is open. */
void tui_back_to(struct tui *tui, const struct view_ops *ops);
void tui_touch(struct tui *tui, unsigned dirty);
/* The alarm that actions of the present view are bound to; NULL = none. Borrowed until the next
 * queue_refresh. A closed one is read with queue_one into *scratch. */
const struct queue_row *tui_alarm(struct tui *tui, struct queue_row *scratch);
/* Acts on a request as a key press does (menu and palette use it). */
void tui_request(struct tui *tui, enum request req);
/* Reads the store again when tui_changed() said so. */
enum gw_err tui_refresh(struct tui *tui, struct gw_fail *fail);
/* From here on English and ASCII; why: N_(), shown when there is nothing else to say. */
void tui_speak_plainly(struct tui *tui, const char *why);
/* input.c: acts on one key. */
void tui_key(struct tui *tui, const struct key *key);
void tui_watch(struct tui *tui); /* the screen is now as the person expects it */

/* ---- view_lock.c */
void tui_lock(struct tui *tui);                /* as the person asks; says when no PIN is set */
void tui_locked(struct tui *tui, bool locked); /* the screen follows what is so */
void tui_look_at_lock(struct tui *tui);        /* another process may have locked or opened */
int64_t tui_lock_tick(struct tui *tui);        /* locks when idle; mono time of the next look */

/* ---- act.c: one journal entry each; false = nothing was journalled and the reason is shown */
bool act_send(struct tui *tui, enum cmd_kind kind, const struct queue_row *row,
              const struct cmd_data *data);
bool act_simple(struct tui *tui, enum request req);
bool act_retract(struct tui *tui);
void act_duty(struct tui *tui);
void act_duty_is(struct tui *tui, bool on); /* the server says so: nothing is journalled */
void act_jump(struct tui *tui);

/* ---- bars.c */
void bars_layout(struct tui *tui);
void bars_draw(struct tui *tui);
/* The bottom line alone, when only the cursor moved: painted when it says something else now. */
void bars_keys(struct tui *tui);

/* ---- practice.c: what comes next, of the screen that is shown */
void practice_guide(struct tui *tui, int row);
/* Key 9 in a home for practice: the clock goes to the next planned day. */
struct process_case;
void practice_tomorrow(struct tui *tui, const struct process_case *c);

/* ---- words.c: short texts that several screens share. Borrowed until the next call. */
const char *word_level(int level); /* 网格长 */
const char *word_state(const struct queue_row *row, const char *me);
char sign_state(const struct queue_row *row, const char *me);
enum paint paint_of(const struct queue_row *row, const char *me);
/* "04:12 转网格长", "余 03:10", "" */
/* As it stands at `now`: rows of one list are painted for the same moment. */
void word_due(const struct tui *tui, const struct queue_row *row, int64_t now, char out[64]);
const char *word_event(const char *kind);
const char *word_to(const char *to);         /* elder -> 本人 */
const char *word_answer(const char *result); /* no_answer -> 未接 */
const char *word_mark(const struct tui *tui, enum cmd_state state, char out[48]);
/* "烟感 3栋2单元 陈*" */
void word_alarm(const struct queue_row *row, char *out, size_t size);
/* The same, without the person while the console is locked. */
void word_alarm_here(const struct tui *tui, const struct queue_row *row, char *out, size_t size);
void word_age(int64_t ms, char out[32]); /* 5 分 */
bool row_is_held_by(const struct queue_row *row, const char *user);
/* Rings for this person: waits at his level, was called to it, handed to him, or wants his
 * confirmation. */
bool brief_rings(const struct queue_brief *brief, int my_level);

/* ---- the views */
extern const struct view_ops view_queue, view_card, view_actions, view_close, view_attempt,
    view_escalate, view_handover, view_note, view_journal, view_find, view_person, view_help,
    view_palette, view_ask, view_household, view_lock;

/* queue: */
const char *view_queue_at(struct tui *tui, struct view *view); /* alarm id under the cursor */
void view_queue_go(struct tui *tui, const char *alarm);

/* card: kind, name and address of an alarm whose card is open below; false = it is not. */
bool view_card_name(struct tui *tui, const char *alarm, char *out, size_t size);

/* ask: a question with numbered answers; the first is the harmless one and the default. */
struct ask {
    const char *question; /* translated */
    const char *more;     /* a second sentence or NULL */
    const char *answers[4];
    size_t n;
    void (*done)(struct tui *tui, size_t answer);
};

#endif
