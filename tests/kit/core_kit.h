/* A dispatch server without sockets in a test: a store in the scratch folder, the core, a fixed
 * clock, seeded randomness, and consoles that enrol and sign as real ones do. Every call asserts
 * what it does not return. */
#ifndef GW_TESTS_KIT_CORE_KIT_H
#define GW_TESTS_KIT_CORE_KIT_H

#include "api/json.h"
#include "api/wire.h"
#include "dispatchd/core.h"
#include "dispatchd/store.h"

/* 2026-06-21 03:12:00 in Chongqing. */
#define CORE_T0 INT64_C(1781982720000)
#define GRID_A  "CQ.500112.013.005.001"
#define GRID_B  "CQ.500112.013.005.002"
#define STREET  "CQ.500112.013"

struct core_kit {
    struct gw_clock_fixed clock;
    struct gw_random_seeded random;
    struct gw_config *config;
    char url[512];
    struct store *store; /* the server's */
    struct store *admin; /* a second connection, as an admin verb has */
    struct core *core;
    struct blobs *blobs;
    struct core_answer answer;   /* of the last call */
    char source[GW_KEY_B64 + 1]; /* token of the source "sim" after core_kit_source() */
    int64_t max_pages;
    const char *vfs;
};

/* A fresh store with one street, two grids, and the users w1 (GRID_A), w2 (GRID_B), lead and duty
 * (STREET), clerk (committee, the community), audit (auditor, STREET), root (admin, STREET). */
void core_kit_open(struct core_kit *kit, const char *name);
/* The same over a copy of a store that a kit has closed; its people stay. */
void core_kit_adopt(struct core_kit *kit, const char *from, const char *file);
void core_kit_close(struct core_kit *kit);
/* As after a restart: tokens are lost, the store stays. */
void core_kit_restart(struct core_kit *kit);
void core_kit_source(struct core_kit *kit, const char *area);
void core_kit_advance(struct core_kit *kit, int64_t ms); /* and one core_tick() at the end */

/* ---- what an admin verb would write, seen at once */
void core_kit_put(struct core_kit *kit, enum gw_type type, const char *id, const char *path,
                  const char *body);
void core_kit_del(struct core_kit *kit, enum gw_type type, const char *id);
void core_kit_grant(struct core_kit *kit, const char *user, const char *path);
void core_kit_revoke(struct core_kit *kit, const char *user, const char *path);
void core_kit_code(struct core_kit *kit, const char *user, char code[16]);
/* A further user, and a device that is closed. */
void core_kit_user(struct core_kit *kit, const char *id, enum gw_role role, const char *path);
void core_kit_close_device(struct core_kit *kit, const char *device);
/* A copy of the store, and back to it under a new epoch: tokens are lost. */
void core_kit_backup(struct core_kit *kit, const char *file);
void core_kit_restore(struct core_kit *kit, const char *file);

/* ---- requests: each a turn of its own; the answer is in kit->answer. Returns the status. */
int core_kit_get(struct core_kit *kit, const char *path, const char *query, const char *bearer);
int core_kit_post(struct core_kit *kit, const char *path, const char *bearer, const char *type,
                  const char *body);
int core_kit_send(struct core_kit *kit, const struct core_request *request);
const char *core_kit_body(const struct core_kit *kit);
/* The type of the problem without its prefix; asserts that it is one. Borrowed until the next. */
const char *core_kit_slug(struct core_kit *kit);
/* Line i of the body, parsed; the caller frees it. NULL behind the last. */
struct json *core_kit_line(const struct core_kit *kit, size_t i);
size_t core_kit_lines(const struct core_kit *kit);

/* ---- a console */
struct core_console {
    char device[GW_ID_MAX + 1];
    char token[GW_KEY_B64 + 1];
    struct gw_sign_key key;
    int64_t n; /* last command made */
    char head[GW_HASH_HEX + 1];
    char base[96]; /* of the next command; "" at first */
};
void core_kit_enroll(struct core_kit *kit, struct core_console *console, const char *user);
void core_kit_token(struct core_kit *kit, struct core_console *console);

/* A command's line: signed, with the next number, its hash becomes the head. data and expect are
 * JSON objects, NULL = {}. */
struct core_cmd {
    const char *kind, *id, *data, *expect, *uid;
    const char *priv;       /* private part */
    const char *blobs;      /* JSON array */
    int64_t off, unc, wall; /* clock facts; unc -1 = null */
    int64_t n;              /* 0 = next */
    const char *prev;       /* NULL = head */
    bool bad_sig;
};
void core_kit_make(struct core_kit *kit, struct core_console *console, const struct core_cmd *cmd,
                   struct gw_buf *out);
/* Makes and sends one; returns the result line. The caller frees it. */
struct json *core_kit_do(struct core_kit *kit, struct core_console *console,
                         const struct core_cmd *cmd);
/* The same for the usual case; asserts the result word, and the code when it is not NULL. */
void core_kit_expect(struct core_kit *kit, struct core_console *console, const char *kind,
                     const char *id, const char *data, const char *result, const char *code);

/* ---- looking */
/* The row; the caller frees it. NULL when there is none. */
struct json *core_kit_row(struct core_kit *kit, enum gw_type type, const char *id);
/* Asserts a text or number member of an alarm. NULL = absent or null. */
void core_kit_alarm_is(struct core_kit *kit, const char *id, const char *key, const char *value);
int64_t core_kit_alarm_int(struct core_kit *kit, const char *id, const char *key);
/* Number of events of a kind in the row. */
int core_kit_events(struct core_kit *kit, const char *id, const char *kind);
int64_t core_kit_seq(struct core_kit *kit);
void core_kit_cursor(struct core_kit *kit, char out[96]);
/* Posts one event; the alarm's id into out ("" = null). Asserts 202. */
void core_kit_ingest(struct core_kit *kit, const char *event, char out[GW_ID_MAX + 1]);

#endif
