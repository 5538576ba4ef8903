/* Wire codecs: protocol sections 2-5 <-> model structs. Every decode is strict; every encode gives
 * one line without the newline. */
#ifndef GW_API_WIRE_H
#define GW_API_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/json.h"
#include "api/scan.h"
#include "base/crypto.h"
#include "model/alarm.h"
#include "model/command.h"
#include "model/entity.h"

/* ---- cursor "<epoch>.<seq>" */
struct wire_cursor {
    char epoch[64];
    int64_t seq;
};
bool wire_cursor_parse(const char *text, struct wire_cursor *out);
void wire_cursor_print(const struct wire_cursor *cursor, char out[96]);

/* ---- commands */
/* The body text that is signed. Objects and lists (data.fields, blobs, seen, ...) are printed from
 * the tree they are in. GW_TOO_LARGE: a process.* body above CMD_BODY_MAX; out is then longer than
 * before. */
enum gw_err wire_body_encode(const struct cmd_body *body, struct gw_buf *out);
/* Strings in *out point into *root, which the caller frees. GW_INVALID with a sentence; *code is
 * the result code (bad-data, unknown-kind, unknown-outcome) when the line itself could be read.
 * Unknown kinds and bad data still fill v, uid, dev, n, prev, id, base so that they can be stored,
 * and leave *root to the caller. With *code NULL the line is bad-line: *root is NULL, *out empty.
 */
enum gw_err wire_body_decode(const char *text, size_t len, struct cmd_body *out, struct json **root,
                             const char **code, struct gw_fail *fail);
/* What an object of process.* may hold (fields, counts, materials): at most CMD_VALUES_MAX members,
 * keys [a-z0-9_]{1,64}, values integer, bool, or text of at most CMD_VALUE_BYTES. The decoder has
 * asked already; a client asks before it signs. */
bool wire_values_check(const struct json *object);
void wire_cmd_hash(const char *body, size_t len, char out[GW_HASH_HEX + 1]);
/* True when `priv` of a decoded body is the hash of the line's private part, or neither is there.
 */
bool wire_private_fits(const struct json *body, const char *priv);

struct wire_cmd_line {
    const char *body; /* decoded body text */
    const char *key;  /* device id */
    const char *sig;  /* base64url */
    const char *priv; /* private part text or NULL */
};
enum gw_err wire_cmd_line_encode(const struct wire_cmd_line *line, struct gw_buf *out);
enum gw_err wire_cmd_line_decode(const char *text, size_t len, struct wire_cmd_line *out,
                                 struct json **root, struct gw_fail *fail);

struct wire_result {
    int64_t i;
    int64_t n; /* -1 = null */
    enum cmd_result result;
    int64_t seq; /* -1 = absent */
    int64_t at;
    const char *code;   /* NULL = absent */
    const char *params; /* JSON object text or NULL */
    const char *note;
    const char *row; /* JSON text of the row or NULL */
    const char *receipt;
};
enum gw_err wire_result_encode(const struct wire_result *result, struct gw_buf *out);
enum gw_err wire_result_decode(const char *text, size_t len, struct wire_result *out,
                               struct json **root, struct gw_fail *fail);
/* What a receipt signs: prefix is RECEIPT_PREFIX. seq -1 = absent. */
enum gw_err wire_receipt_text(const char *dev, int64_t n, const char *hash, enum cmd_result result,
                              int64_t seq, int64_t at, struct gw_buf *out);

/* ---- feed and snapshot lines */
enum wire_op { OP_SCOPES, OP_PUT, OP_OUT, OP_DEL, OP_END, OP_BEGIN };

struct wire_scope {
    char path[GW_PATH_MAX + 1];
    int64_t granted;
};
struct wire_digest {
    char scope[GW_PATH_MAX + 1];
    enum gw_type type;
    int64_t count;
    uint64_t sum;
    /* type rule: the rows above the scope, which flow down into it */
    bool has_above;
    int64_t above_count;
    uint64_t above_sum;
};
enum { WIRE_SCOPES_MAX = 64, WIRE_DIGEST_MAX = 64 * TYPE_N };

/* One line. Pointers borrow from the line or from the arena given to the decoder. */
struct wire_rec {
    enum wire_op op;
    int64_t seq;
    bool type_known;
    enum gw_type type;
    char id[GW_ID_MAX + 1];
    char path[GW_PATH_MAX + 1];
    const char *row; /* put: JSON text of the row, checked */
    size_t row_len;
    /* scopes */
    char tag[GW_ID_MAX + 1];
    struct wire_scope *scopes; /* the decoder's own array */
    size_t scopes_n;
    uint32_t types; /* bit set of known types */
    /* begin, end */
    char cursor[96]; /* begin, end of changes; "" otherwise */
    bool more;
    char after[2 * GW_ID_MAX + 2]; /* end of a snapshot page; "" with after_null */
    bool after_null;
    int64_t n;
    const struct wire_digest *digest; /* the decoder's own array */
    size_t digest_n;
    bool has_digest;
};

struct wire_decoder; /* holds arena and arrays, reused for each line */
enum gw_err wire_decoder_new(struct wire_decoder **out);
void wire_decoder_free(struct wire_decoder *decoder);
/* GW_INVALID: the line breaks the contract (the server is broken, not the mirror). An unknown op is
 * GW_ABSENT: skip the line. */
enum gw_err wire_rec_decode(struct wire_decoder *decoder, const char *line, size_t len,
                            struct wire_rec *out, struct gw_fail *fail);

/* Server side, each one line. */
enum gw_err wire_put(struct gw_buf *out, int64_t seq, enum gw_type type, const char *id,
                     const char *path, const char *row, size_t row_len);
enum gw_err wire_gone(struct gw_buf *out, enum wire_op op, int64_t seq, enum gw_type type,
                      const char *id);
enum gw_err wire_scopes(struct gw_buf *out, const char *tag, const struct wire_scope *scopes,
                        size_t n, uint32_t types);
enum gw_err wire_end(struct gw_buf *out, const struct wire_cursor *cursor, bool more, int64_t n,
                     const struct wire_digest *digest, size_t digest_n, bool has_digest);
enum gw_err wire_begin(struct gw_buf *out, const struct wire_cursor *cursor, const char *scope);
enum gw_err wire_page_end(struct gw_buf *out, const char *after, int64_t n);

/* ---- hello */
struct wire_hello {
    char epoch[64];
    char cursor[96];
    int64_t time;
    char user[GW_ID_MAX + 1], name[128], role[32];
    struct wire_scope scopes[WIRE_SCOPES_MAX];
    size_t scopes_n;
    char tag[GW_ID_MAX + 1];
    uint32_t types;
    int64_t horizon;
    int64_t limit_line, limit_batch_lines, limit_batch_bytes, limit_page;
    char device[GW_ID_MAX + 1];
    int64_t n;
    char head[GW_HASH_HEX + 1]; /* "" when n = 0 */
    int64_t missing[100];
    size_t missing_n;
    int64_t valid_from; /* of this device as a signer, with server_sig; "" = not said */
    char server_sig[GW_SIGN_B64 + 1];
    char features[32][32];
    size_t features_n;
};
enum gw_err wire_hello_encode(const struct wire_hello *hello, struct gw_buf *out);
enum gw_err wire_hello_decode(const char *text, size_t len, struct wire_hello *out,
                              struct gw_fail *fail);

/* ---- alarms as rows: struct alarm <-> the row's JSON. extra: members that struct alarm does not
 * hold (address, text, readings, events, events_total, unknown ones) are carried over from old_row
 * (JSON text, may be NULL) unless replaced by the caller's own text in `extra`. */
enum gw_err wire_alarm_decode(const char *id, const char *path, const char *row, size_t len,
                              struct alarm *out, struct gw_fail *fail);
/* Writes the members of struct alarm into an open object of w (no events, address, text, readings).
 */
void wire_alarm_encode(const struct alarm *alarm, struct jw *w);

/* ---- problem+json (RFC 9457) */
struct wire_problem {
    char slug[48]; /* urn:gridward:problem:<slug>; "" when it is not one of ours */
    int status;
    char title[128], detail[256];
};
enum gw_err wire_problem_encode(const struct wire_problem *problem, struct gw_buf *out);
bool wire_problem_decode(const char *text, size_t len, struct wire_problem *out);

/* ---- ingest */
struct wire_ingest {
    const char *event_id, *device, *kind, *severity, *state, *text; /* NULL = absent */
    int64_t raised_at;                                              /* -1 = absent */
    const struct json *readings;                                    /* NULL = absent */
};
/* GW_INVALID with the slug of the line's error in *slug and a detail in fail. */
enum gw_err wire_ingest_decode(const char *text, size_t len, struct wire_ingest *out,
                               struct json **root, const char **slug, struct gw_fail *fail);

#endif
