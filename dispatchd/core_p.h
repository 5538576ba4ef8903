/* Inside of the server core: its state, and what its files offer each other. Not for other files.
 */
#ifndef GW_DISPATCHD_CORE_P_H
#define GW_DISPATCHD_CORE_P_H

#include "api/json.h"
#include "api/wire.h"
#include "base/crypto.h"
#include "dispatchd/blobs.h"
#include "dispatchd/core.h"
#include "dispatchd/map_p.h"
#include "dispatchd/store.h"

enum {
    NONCES_MAX = 65536,
    ANSWER_MAX = 16 * 1024 * 1024, /* ceiling of one answer */
    PAGE_BYTES = 192 * 1024,       /* a page or helping ends near here, after at least one record */
    RATE_KEYS_MAX = 65536,
    DEVICE_SIGHT_BYTES = 144,
};

enum bucket { BUCKET_NONE, BUCKET_COMMANDS, BUCKET_FEED, BUCKET_SNAPSHOT, BUCKET_BLOBS, BUCKET_N };

/* Settings, read once. */
struct core_limits {
    int64_t token_ms, nonce_ms, live_ms;
    int64_t wait_max_ms, heartbeat_ms, bookmark_ms, page;
    int64_t feed_keep_ms, ingest_keep_ms, ingest_age_ms;
    int64_t line, batch_lines, batch_bytes;
    int64_t grant_grace_ms;
    int64_t code_tries, locator_tries;
    int64_t rate[BUCKET_N], burst[BUCKET_N]; /* per second; most at once */
    int64_t seen_every_ms;
    int64_t blob_keep_ms, blob_reserve;
};

/* A user as requests and streams see him: re-read when core->gen has moved. */
struct person {
    struct store_user user;
    struct store_grant scopes[STORE_SCOPES_MAX];
    size_t scopes_n;
    uint32_t types; /* bit set of readable types */
    char tag[17];   /* 16 hex over scopes and types */
    bool off_duty;
    int64_t gen;
};

/* A console with a token. */
struct session {
    char device[GW_ID_MAX + 1];
    char user[GW_ID_MAX + 1];
    int64_t expires_mono;
    bool revoked; /* the device is closed; kept so that it is told so */
    int64_t gen;
};

/* Last authenticated request of a console, in mono ms. */
struct live {
    char device[GW_ID_MAX + 1], user[GW_ID_MAX + 1];
    int64_t at_mono, at_wall;
    bool unsaved;
};

struct nonce {
    char device[GW_ID_MAX + 1];
    int64_t expires_mono;
};

struct rate {
    double tokens;
    int64_t at_mono;
    int64_t full_mono; /* full again from here on: as good as none */
};

/* A page that several streams with the same rights and cursor are about to ask for. */
struct page_cache {
    char tag[17];
    int64_t since, seq; /* made when the newest seq was seq */
    bool sse;
    int64_t last;
    bool more;
    int64_t n;
    struct gw_buf text;
};
enum { PAGE_CACHE_N = 64 };

/* Rows of type rule, in the order of seq (feed_down.c). */
struct down_row {
    char *text; /* owned; holds the others */
    const char *id, *path, *body;
    size_t body_len;
    int64_t seq;
};
struct down_rows {
    struct down_row *row; /* owned */
    size_t n;
    int64_t gen; /* of the core when they were read; starts below it */
    bool stale;
};

/* Counters of /metrics. */
enum { ROUTES_MAX = 16, STATUS_N = 32 };
struct core_stats {
    int64_t requests[ROUTES_MAX][STATUS_N];
    int64_t results[RESULT_N];
    int64_t ingest_accepted, ingest_duplicate, ingest_refused;
    int64_t streams, incidents, quarantined, overruns;
    int64_t chain_late_ms;
    int64_t commits, commit_ms;
};

struct core {
    struct store *store;
    struct blobs *blobs;
    const struct gw_clock *clock;
    const struct gw_random *random;
    struct core_limits limits;
    const struct policy *policies;
    size_t policies_n;
    struct policy *own_policies; /* after core_policies(): the array above is ours */
    struct gw_uuid_gen uuids;
    struct store_meta meta; /* epoch and keys never change while it runs; seq: newest committed */
    bool in_turn, writing;
    bool unwell;        /* the last commit failed */
    enum gw_err broken; /* a store error of this turn: nothing of the turn may be kept */
    struct gw_fail broken_fail;
    int64_t outside; /* store's outside_version when last looked */
    int64_t gen;     /* rights may have changed since a person of a lower gen was read */
    int64_t pulse;   /* grows with every commit: feeds look again */
    int64_t rest_pulse, rest_mono; /* commits seen, and when a quiet moment begins; core_tick() */
    struct map sessions;           /* token hash -> struct session */
    struct map nonces;             /* nonce -> struct nonce */
    struct map persons;            /* user -> struct person */
    struct map lives;              /* device -> struct live */
    struct map sights;             /* device -> its last sign of life, device_row_p.h */
    struct map rates;              /* "<bucket> <who>" -> struct rate */
    int64_t rates_mono;            /* when it was last swept */
    int64_t expired_mono;          /* when nonces and sessions were */
    struct page_cache pages[PAGE_CACHE_N];
    size_t pages_at;
    struct down_rows rules;
    int64_t seen_saved_mono, housekeeping_mono, blobs_mono;
    struct gw_buf row; /* scratch of one row */
    struct core_stats stats;
};

/* The request as a handler sees it. */
struct call {
    struct core *core;
    const struct core_request *request;
    struct core_answer *out;
    const struct session *session; /* NULL on routes without a device token */
    const struct person *person;
    const struct query *query;
};

int64_t core_wall(const struct core *core);
int64_t core_mono(const struct core *core);
/* Begins the turn's transaction when it is the first write of the turn. */
enum gw_err core_write(struct core *core, struct core_answer *out, struct gw_fail *fail);
/* A store error: the turn is lost. Sets a problem. */
void core_break(struct call *call, enum gw_err err, const struct gw_fail *fail);
/* An error that harms one line or one alarm only; others end the turn. */
bool core_line_only(enum gw_err err);
void core_new_id(struct core *core, char out[GW_UUID_LEN + 1]);
/* Newest seq, inside a transaction that of the transaction. */
int64_t core_seq(struct core *core);

/* ---- answers (answer.c) */
void answer_json(struct core_answer *out, int status);
void answer_problem(struct core_answer *out, int status, const char *slug, const char *detail);
void answer_retry(struct core_answer *out, int status, const char *slug, const char *detail,
                  int64_t retry_after_s);
/* The problem that fits an error of the store. */
void answer_error(struct core_answer *out, enum gw_err err);

/* ---- query (query.c): decoded, each name at most once, only allowed names */
struct query {
    struct {
        const char *name;
        char value[600];
    } part[8];
    size_t n;
};
/* allowed: NULL-terminated names. GW_INVALID: unknown, repeated, or badly encoded. */
enum gw_err query_parse(const char *text, const char *const *allowed, struct query *out);
const char *query_get(const struct query *query, const char *name); /* NULL when absent */
/* Decimal without sign; dflt when absent; false when it is no such number. */
bool query_int(const struct query *query, const char *name, int64_t dflt, int64_t *out);

/* ---- who (session.c) */
struct session *session_find(struct core *core, const char *bearer);
/* The person of the session with the present rights. GW_ABSENT: user gone; GW_DENIED: device
 * revoked. */
enum gw_err session_person(struct core *core, struct session *session, const struct person **out,
                           struct gw_fail *fail);
enum gw_err person_of(struct core *core, const char *user, const struct person **out,
                      struct gw_fail *fail);
bool person_covers(const struct person *person, const char *path);
void session_touch(struct core *core, const struct session *session);
/* A console of this role over this path is live (and its user not off duty when duty counts). */
bool somebody_live(struct core *core, enum gw_role role, const char *path);
enum gw_err sessions_load(struct core *core, struct gw_fail *fail); /* last times, at start */
void sessions_expire(struct core *core);
enum gw_err sessions_save(struct core *core, struct gw_fail *fail); /* in a transaction */
void live_counts(struct core *core, int64_t by_role[ROLE_N]);

void rates_expire(struct core *core); /* forgets what is full again */
bool rate_take(struct core *core, enum bucket bucket, const char *who, int64_t *retry_after_s);
bool rate_custom(struct core *core, const char *key, double per_s, double burst, double cost,
                 int64_t *retry_after_s);

/* Path of route i, NULL behind the last; the status codes that are counted, 0 behind the last. */
const char *core_route_path(size_t i);
int core_status_code(size_t i);

/* ---- handlers */
typedef void (*handler)(struct call *call);
void handle_enroll(struct call *call);
void handle_rekey(struct call *call);
void handle_token(struct call *call);
void handle_hello(struct call *call);
void handle_alive(struct call *call);
void handle_snapshot(struct call *call);
void handle_changes(struct call *call);
void handle_commands(struct call *call);
void handle_ingest(struct call *call);
void handle_blob_head(struct call *call);
void handle_blob_put(struct call *call);
void handle_blob_get(struct call *call);
/* Removes attachments that no record has named, and parts that did not grow, for blob.keep. */
void blob_housekeeping(struct core *core);

/* ---- feed pages (feed.c) */
struct feed_page {
    int64_t since;
    int64_t limit;
    bool sse;
    /* out */
    int64_t last; /* cursor seq after the page */
    bool more;
    int64_t n;
    int64_t newest; /* seq of the store when it was read */
};
/* Appends the records; the caller holds read_begin. */
enum gw_err feed_records(struct core *core, const struct person *person, struct feed_page *page,
                         struct gw_buf *out, struct gw_fail *fail);
enum gw_err feed_scopes(struct core *core, const struct person *person, bool sse,
                        struct gw_buf *out);
enum gw_err feed_end(struct core *core, const struct person *person, const struct feed_page *page,
                     bool digest, struct gw_buf *out, struct gw_fail *fail);
void person_scopes(const struct person *person, struct wire_scope *out);

/* ---- what flows down (feed_down.c). down_refresh() first, inside the read that gives the rest;
 * newest = core_seq() of that read. Costs nothing when nothing has changed. */
enum gw_err down_refresh(struct core *core, int64_t newest, struct gw_fail *fail);
void down_free(struct down_rows *rows);
/* The first row with a seq above since that this person sees although no scope of his covers it;
 * NULL = none. Borrowed until down_refresh(). */
const struct down_row *down_next(const struct core *core, const struct person *person,
                                 int64_t since);
/* The same for a snapshot: rows above scope, by id. */
const struct down_row *down_after(const struct core *core, const char *scope, const char *after);
/* Their digest, as the store has it for rows at and below a scope. */
void down_digest(const struct core *core, const char *scope, struct store_digest *out);

/* ---- chain (escalation.c) */
struct work; /* an alarm being changed, see alarm_row_p.h */
/* Does what is due; *next = wall time of the next timer, 0 none. In a transaction. */
enum gw_err escalation_due(struct core *core, int64_t *next, struct gw_fail *fail);

/* ---- policies (policies.c) */
/* The newest policy that serves a kind. Never NULL. */
void policy_for_kind(struct core *core, const char *kind, struct policy *out);
/* The version an alarm began with. */
enum gw_err policy_of_alarm(struct core *core, const struct alarm *alarm, struct policy *out,
                            struct gw_fail *fail);
/* A policy's stored text. GW_INVALID. */
enum gw_err policy_parse(const char *text, size_t len, struct policy *out);
enum gw_err policies_store(struct core *core, struct gw_fail *fail); /* in a transaction */

#endif
