/* The sync engine: a step function over injected clock, randomness, network and storage. It never
 * waits, never prints, knows no screen. Data goes to offline-db/, the change mask says what moved.
 *
 * Order of calls: engine_new, then engine_step whenever the loop wakes (at least at the time it
 * returned, and after any network event), engine_free. Each step works at most budget_ms and one
 * slice of a page (a millisecond or two) more; a page is put into the store over several steps. */
#ifndef GW_SYNC_ENGINE_H
#define GW_SYNC_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/rnd.h"
#include "offline-db/home.h"
#include "offline-db/mirror.h"
#include "offline-db/signer.h"

/* ---- the network as the engine sees it: net_http.c over http/, or the simulation's */
struct net_request {
    const char *method, *path;                         /* "/v1/changes?since=…" */
    const char *bearer;                                /* NULL = none */
    const char *accept, *content_type, *last_event_id; /* NULL = absent */
    const void *body;
    size_t body_len;
    int64_t total_ms;                      /* 0 = none (streams) */
    const char *content_range, *blob_salt; /* of attachments; NULL = absent */
};
enum net_end { NET_DONE, NET_UNREACHABLE, NET_TLS, NET_CUT, NET_TOO_LARGE };
struct net_answer {
    enum net_end end;
    int status;
    int64_t server_time, retry_after_ms; /* -1 absent */
    const char *content_type, *body;
    size_t body_len;
    int64_t blob_offset;   /* Gridward-Offset, 0 absent */
    const char *blob_salt; /* Gridward-Salt, NULL absent */
};
struct net_events {
    bool (*on_data)(void *ctx, int64_t call, const char *bytes, size_t len); /* 2xx of streams */
    void (*on_end)(void *ctx, int64_t call, const struct net_answer *answer);
    void *ctx;
};
struct sync_net {
    /* Starts a request; events come later, from the network's own step, never from inside start.
     * stream: hand over bytes as they come. call ids are > 0, never used twice. */
    enum gw_err (*start)(void *ctx, const struct net_request *request, bool stream,
                         const struct net_events *events, int64_t *call);
    void (*cancel)(void *ctx, int64_t call);
    void *ctx;
};
/* The real one. http is borrowed. Freed with net_http_free. */
struct http;
enum gw_err net_http_new(struct http *http, const char *base_url, struct sync_net *out);
void net_http_free(struct sync_net *net);

/* ---- what it is doing, for the status bar and `gridward status` */
enum sync_phase {
    SYNC_OFF, /* not enrolled or stopped */
    SYNC_CONNECTING,
    SYNC_CATCHING_UP, /* snapshot or feed pages are coming */
    SYNC_LIVE,        /* the stream (or long-poll) is open and caught up */
    SYNC_OFFLINE,     /* waiting for the next try */
    SYNC_REFUSED,     /* token revoked or no scope: journal kept, a person must act */
    SYNC_TOO_OLD,     /* 426: reading stopped, commands go on */
};
struct sync_status {
    enum sync_phase phase;
    int64_t since_at;                   /* wall ms since this phase began */
    int64_t last_byte_at;               /* wall ms of the last byte from the server, 0 never */
    int64_t next_try_mono;              /* SYNC_OFFLINE */
    int64_t rows_loaded, rows_expected; /* while a snapshot runs; expected 0 = unknown */
    char problem[192];                  /* sentence of the last trouble, translated; "" */
    enum gw_err trouble; /* GW_FULL, GW_STORE…: it was this machine's own store; else GW_OK */
    bool polling;        /* long-poll instead of the stream */
    bool mid_page;       /* part of a page is in the store; the next steps bring the rest */
    int64_t bad_results; /* rejected, quarantined, key-reuse, chain-fork of this run */
};

extern const struct gw_setting
    sync_settings[]; /* heartbeat watchdog 40 s, alive 60 s, back-off … */
extern const size_t sync_settings_n;

struct engine; /* opaque */
struct engine_opts {
    struct home *home;          /* its own connection; borrowed */
    const struct sync_net *net; /* borrowed */
    const struct gw_clock *clock;
    const struct gw_random *random;
    const struct gw_config *config;
    bool once; /* gridward sync --once: no stream; SYNC_LIVE means done */
};
enum gw_err engine_new(const struct engine_opts *opts, struct engine **out, struct gw_fail *fail);
void engine_free(struct engine *engine); /* cancels requests; the store is left consistent */

/* Does what can be done now; returns mono ms at which it wants to be called again. */
int64_t engine_step(struct engine *engine, int64_t budget_ms);
/* Types that changed since the last call, and clears. */
change_mask engine_changed(struct engine *engine);
void engine_status(const struct engine *engine, struct sync_status *out);
/* A key was pressed ("sync now"), the network came back, or a command was journalled: forget the
 * back-off, look at the outbox. */
void engine_nudge(struct engine *engine);

/* Enrolment and leaving: one request each, through the same net. Both drive the net with `pump`
 * (called until the answer is there, it waits on the real network). */
struct enrol_in {
    const char *url, *code, *device_name, *ca_file, *pin;
    bool again; /* a home whose device was closed or is not known any more: a new device for the
                 * same user, what is unsent goes on under it, and a forgotten PIN is gone.
                 * GW_REFUSED for another user's code. */
    const char *second_pin;    /* not NULL: another person's code; he signs on this laptop with this
                                * PIN    (offline-db/signer.h). The home keeps its own user. */
    struct signer_row *second; /* then: who he is; out, may be NULL */
};
enum gw_err sync_enrol(struct home *home, const struct sync_net *net, void (*pump)(void *ctx),
                       void *ctx, const struct enrol_in *in, struct gw_fail *fail);

#endif
