/* Private to sync/: the engine's parts. Each part is a step: it looks at its lane, takes what the
 * network left there, and starts the next request when it may. */
#ifndef GW_SYNC_ENGINE_P_H
#define GW_SYNC_ENGINE_P_H

#include "api/wire.h"
#include "http/sse.h"
#include "offline-db/blob.h"
#include "offline-db/journal.h"
#include "sync/backoff.h"
#include "sync/engine.h"

/* Requests that may be under way at the same time: uploads never block downloads. */
enum lane_name { LANE_AUTH, LANE_READ, LANE_STREAM, LANE_PUSH, LANE_ALIVE, LANE_BLOB, LANE_N };

enum asked {
    ASK_NOTHING,
    ASK_NONCE,
    ASK_TOKEN,
    ASK_HELLO,
    ASK_SNAPSHOT,
    ASK_CHANGES,
    ASK_STREAM,
    ASK_COMMANDS,
    ASK_REKEY,
    ASK_ALIVE,
    ASK_BLOB_HEAD,
    ASK_BLOB_PUT,
    ASK_BLOB_GET
};

struct lane {
    int64_t call; /* 0 = idle */
    enum asked asked;
    bool ended; /* the answer is in the fields below, not handled yet */
    enum net_end end;
    int status;
    int64_t retry_after_ms, server_time; /* -1 absent */
    struct gw_buf body;
    char slug[48]; /* of a problem */
    int64_t blob_offset;
    char blob_salt[32];
    int64_t sent_wall, sent_mono;
    struct backoff backoff;
    struct engine *engine;
};

struct engine_times {
    int64_t backoff_floor, backoff_ceiling, silence, alive_every, digest_every, poll_for, poll_wait,
        request_total, refused_every;
    int64_t page, slice;
};

/* The answer in LANE_READ while it goes into the store, a slice a round (page.c). Between two
 * slices no transaction is open, and the rest of the page may be forgotten at any time. */
struct page {
    bool open;
    bool snapshot;
    size_t at;    /* bytes of the lane's body that are in the store */
    size_t whole; /* bytes that may be applied: ends at a line end, before an open seq group */
    bool has_begin, has_end;
    char begin_cursor[96];
    struct wire_rec end; /* digest array borrowed: page_end_again() */
    size_t end_at;       /* where its line begins */
    bool stored;         /* all rows are in the store; the sweep or the digest goes on */
    struct mirror_sweep sweep;
    struct mirror_check check;
    size_t records;        /* of them in the store */
    char epoch[64];        /* of the feed page; the mirror must have it at each slice */
    struct mirror_job job; /* of a snapshot page */
};

struct engine {
    struct home *home;
    const struct sync_net *net;
    const struct gw_clock *clock;
    const struct gw_random *random;
    struct engine_times times;
    bool once;

    struct lane lanes[LANE_N];
    struct page page;
    struct wire_decoder *decoder;
    struct sse *sse;
    struct gw_buf stream_lines; /* whole records of whole or growing seq groups, one per line */
    size_t stream_safe;         /* bytes of it that end with a seq group */
    char stream_cursor[96];     /* the id that closed them */
    bool stream_caught_up;      /* an `end` bookmark stands in the safe part */

    char token[128];
    int64_t token_until_mono;
    char nonce[256];
    bool greeted; /* hello done since the last reason to ask again */
    bool relist;  /* 410 cursor-expired: after the next hello every scope becomes a job */
    bool too_old;
    bool refused;
    bool caught_up; /* the last changes page said more=false and no job is open */
    bool brought;   /* this catch-up brought something: ask for the digest */
    bool want_digest;
    bool rekey; /* the server has another chain for this device */
    const char *rekey_reason;
    bool by_key; /* sign in with the waiting key: did the server take it before its answer was lost?
                  */
    int64_t unwelcome_mono; /* last time a token was refused out of turn */
    bool asked_digest;      /* the request under way wants it */
    bool polled;            /* it is a long-poll */
    int digest_bad;         /* mismatches in a row */
    int64_t digest_at_mono;
    bool can_sse, can_wait, can_digest; /* optional things that hello named */
    bool can_process;                   /* it takes lines that another device signed */
    int64_t page_limit, batch_lines, batch_bytes;

    int64_t stream_byte_mono; /* last byte of the stream */
    bool stream_heard;        /* at least one byte of this stream */
    int silent_streams;
    int64_t poll_until_mono;
    int64_t poll_next_mono; /* of a server without long-poll: not before */
    int64_t alive_at_mono;

    struct journal_sent batch[200];
    size_t batch_len;
    bool outbox_empty;      /* known empty until nudged */
    int64_t outbox_version; /* data_version when that was learned */

    /* attachments (blob.c) */
    bool can_blobs;
    struct blob_row blob; /* under way; commit "" = none */
    bool blob_known;      /* where it stands at the server */
    int64_t blob_noted;   /* bytes when it was last written down */
    bool blob_none;       /* nothing to do when the store was last looked at */
    int64_t blob_writes;  /* home_writes() then */

    bool fold_next;         /* the log is long, and a request is under way */
    int64_t writes;         /* home_writes() when last looked */
    int64_t thin_at_mono;   /* the journal is looked through for what is old */
    int64_t written_mono;   /* when it last moved */
    int64_t unwritten_mono; /* when it first moved since the last home_idle(), -1 = it did not */

    int64_t clock_off, clock_unc, clock_set_mono;
    change_mask changed;
    struct sync_status status;
};

enum { TOKEN_EARLY_MS = 60000, SSE_EVENT_MAX = 512 * 1024, LANE_BODY_MAX = 32 * 1024 * 1024 };

/* lane.c */
enum gw_err lane_start(struct engine *engine, enum lane_name name, enum asked asked,
                       const struct net_request *request, bool stream);
void lane_cancel(struct engine *engine, enum lane_name name);
bool lane_idle(const struct engine *engine, enum lane_name name); /* nothing under way, may start */
/* After handling: frees the body, ready for the next request. */
void lane_done(struct engine *engine, enum lane_name name);
void lane_failed(struct engine *engine, enum lane_name name); /* lane_done + back-off */
/* What every answer means the same everywhere (401, 403, 410, 426, 429, 5xx, no answer). True when
 * it was handled and the caller has nothing more to do. */
bool lane_common_trouble(struct engine *engine, enum lane_name name);
/* A POST with a JSON or NDJSON body and the token. */
void lane_post(struct net_request *request, const struct engine *engine, const char *path,
               const char *type, const struct gw_buf *body);

/* parts */
void token_step(struct engine *engine);
void hello_step(struct engine *engine);
void pull_step(struct engine *engine); /* snapshot jobs and feed pages, long-poll */
/* page.c: the body of LANE_READ. GW_OK: it is open, and it is told what of it is whole; GW_INVALID
 * with a sentence: the server broke the contract. lane_done() closes it. */
enum gw_err page_open(struct engine *engine, bool snapshot, struct gw_fail *fail);
/* The next slice, one transaction: of the feed it ends with a seq group and carries the cursor of
 * that group; of a snapshot `after` moves with the last slice only. GW_AGAIN: the mirror has
 * another epoch now, or the job is gone; nothing of this slice was kept. *last: nothing is left. */
enum gw_err page_slice(struct engine *engine, bool *last, struct gw_fail *fail);
/* The end line with its arrays, which other lines have taken meanwhile. */
enum gw_err page_end_again(struct engine *engine, struct wire_rec *end, struct gw_fail *fail);
void stream_step(struct engine *engine);
bool stream_data(struct engine *engine, const char *bytes, size_t len);
void stream_close(struct engine *engine);
void push_step(struct engine *engine);
void rekey_step(struct engine *engine);
/* At the start: a new key that was made and not adopted yet means that rekey goes on. */
void rekey_resume(struct engine *engine);
/* The key that waits for its device; GW_ABSENT when there is none. */
enum gw_err rekey_key(const struct engine *engine, struct gw_sign_key *key);
/* The server knows the waiting key as this device: home, journal and token change over. */
enum gw_err rekey_adopt(struct engine *engine, const char *device, struct gw_fail *fail);
void alive_step(struct engine *engine);
void blob_step(struct engine *engine);
bool blob_could_start(const struct engine *engine);
/* Nothing to move, or it does not move now: `sync --once` need not wait for attachments. */
bool blob_settled(const struct engine *engine);

/* Asking again and again instead of a stream. */
bool engine_polls(const struct engine *engine);
bool engine_may_read(const struct engine *engine);
void engine_problem(struct engine *engine, const char *sentence);
/* The same for a call into the home that failed: tells whether the store is at fault. */
void engine_fail(struct engine *engine, const struct gw_fail *fail);
void engine_phase(struct engine *engine, enum sync_phase phase);
int64_t engine_mono(const struct engine *engine);
int64_t engine_wall(const struct engine *engine);

#endif
