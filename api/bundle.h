/* Bundles (.gwb, protocol section 9): signed lines that travel on a stick instead of a wire. The
 * only place that reads and writes the form; what the lines mean is not judged here.
 *
 *   magic "\x89GWB\r\n\x1a\n" · version 1 · kind · number of recipients
 *   per recipient: length of its id · id · sealed key (80 bytes)
 *   header of the stream (24 bytes)
 *   pieces: length (4 bytes, big-endian) · sealed piece; the last one says that it is the last
 *
 * The pieces hold a zstd stream (window at most 8 MiB) of NDJSON: header line, lines, trailer. The
 * head in clear is authenticated with the first piece. Everything is checked before the first line
 * is given out: nothing is half taken. */
#ifndef GW_API_BUNDLE_H
#define GW_API_BUNDLE_H

#include "api/wire.h"
#include "base/buf.h"
#include "base/crypto.h"
#include "model/blob.h"

enum bundle_kind { BUNDLE_TO_SERVER = 1, BUNDLE_TO_PEER = 2, BUNDLE_REPLY = 3 };
const char *bundle_kind_name(enum bundle_kind kind); /* "to:server", "to:peer", "reply" */

enum {
    BUNDLE_TO_MAX = 64,                   /* recipients */
    BUNDLE_FILE_MAX = 64 * 1024 * 1024,   /* bytes of a file */
    BUNDLE_TEXT_MAX = 128 * 1024 * 1024,  /* bytes of its NDJSON */
    BUNDLE_LINE_MAX = 1024 * 1024,        /* a rule set's text with its quotes escaped is longest */
    BUNDLE_SLICE = 128 * 1024,            /* bytes of an attachment in one line */
    BUNDLE_BLOBS_SMALL = 8 * 1024 * 1024, /* bytes of attachments that go along unasked */
    BUNDLE_BLOBS_MAX = 48 * 1024 * 1024,  /* that one bundle of ours carries: the records fit too */
};
#define BUNDLE_SERVER "server" /* id of the server as recipient and signer */

/* The header line. */
struct bundle_head {
    enum bundle_kind kind;
    char from[GW_ID_MAX + 1];              /* device, or BUNDLE_SERVER */
    char to[BUNDLE_TO_MAX][GW_ID_MAX + 1]; /* 1 … BUNDLE_TO_MAX, none twice */
    size_t to_n;
    char process[GW_ID_MAX + 1]; /* to:peer; else "" */
    /* to:server: where the mirror stands (cursor "" = nowhere), the tag of its scopes, and whether
     * it asks for everything. Of a reply: cursor is the one that its changes follow, "" when it
     * holds everything (full). */
    char cursor[96], tag[GW_ID_MAX + 1];
    bool full;
    int64_t at; /* wall ms of who made it; shown, decides nothing */
};

/* ---- writing: begin -> add … add -> seal -> free */
struct bundle_out {
    struct bundle_head head;
    struct gw_buf text; /* owned */
    int64_t count;
};
enum gw_err bundle_begin(struct bundle_out *out, const struct bundle_head *head,
                         struct gw_fail *fail);
/* One JSON object without its newline. GW_TOO_LARGE, GW_INVALID: the line is not added. */
enum gw_err bundle_add(struct bundle_out *out, const char *line, size_t len, struct gw_fail *fail);
/* Closes with the trailer, signed by key of signer_id, and appends the file. boxes: the X25519 key
 * of each recipient, in the order of head.to. */
enum gw_err bundle_seal(struct bundle_out *out, const uint8_t (*boxes)[GW_KEY_BYTES],
                        const char *signer_id, const struct gw_sign_key *key, struct gw_buf *file,
                        struct gw_fail *fail);
void bundle_out_free(struct bundle_out *out);

/* ---- reading */
/* Who opens: its id and X25519 pair. */
struct bundle_me {
    const char *id;
    const uint8_t *public_key, *secret;
};
struct bundle {
    struct bundle_head head;
    struct gw_buf text; /* owned */
    size_t first, end;  /* the lines within text */
    int64_t count;
    char signer[GW_ID_MAX + 1], sha256[GW_HASH_HEX + 1], sig[GW_SIGN_B64 + 1];
};
/* GW_DENIED: sealed for others. GW_INVALID: no bundle, of a newer form, cut, changed, too large, or
 * with something behind its end. *out is empty then. That the signature is good is asked with
 * bundle_signed_by(): who signs is known only to the caller. */
enum gw_err bundle_open(const void *file, size_t len, const struct bundle_me *me,
                        struct bundle *out, struct gw_fail *fail);
/* What the head in clear says: for a caller that must choose. GW_INVALID: no bundle. */
enum gw_err bundle_peek(const void *file, size_t len, enum bundle_kind *kind, struct gw_fail *fail);
bool bundle_signed_by(const struct bundle *bundle, const uint8_t sign_key[GW_KEY_BYTES]);
/* Walks the lines; *at 0 at first. Each is one JSON object by the strict rules. Borrowed. */
bool bundle_next(const struct bundle *bundle, size_t *at, const char **line, size_t *len);
void bundle_free(struct bundle *bundle);

/* What a line is, by the name of its first member. */
enum bundle_line {
    BUNDLE_COMMAND, /* body, key, sig, private: a command line as it was signed */
    BUNDLE_RULES,   /* {"rules":TEXT} */
    BUNDLE_SIGNER,  /* {"signer":{row}} */
    BUNDLE_RULE,    /* {"rule":{row}} */
    BUNDLE_HELLO,   /* {"hello":{as GET /v1/hello}} */
    BUNDLE_RESULT,  /* {"dev","n","hash","result":{result line}} */
    BUNDLE_FEED,    /* op, seq: a line of snapshot or changes */
    BUNDLE_BLOB,    /* {"blob":{…}}: a slice of an attachment; in a reply how far the server is */
    BUNDLE_OTHER    /* of a newer program: skip */
};
enum bundle_line bundle_line_kind(const char *line, size_t len);

/* ---- attachments (bundle_blob.c). The slices of one stand together, in order, from 0 to its end;
 * whether the whole is what its commit names is asked by whoever takes it. */
struct bundle_slice {
    char commit[GW_HASH_HEX + 1];
    const char *media; /* static: one of blob_media_known() */
    uint8_t salt[BLOB_SALT];
    int64_t from, total;
    const void *bytes; /* of a slice that was read: in the caller's buffer */
    size_t len;        /* 1 … BUNDLE_SLICE, not beyond total */
};
enum gw_err bundle_slice_add(struct bundle_out *out, const struct bundle_slice *slice,
                             struct gw_fail *fail);
/* False: a line that says nothing usable; it is skipped. bytes is used again for each line. */
bool bundle_slice_read(const char *line, size_t len, struct bundle_slice *out,
                       struct gw_buf *bytes);
/* In a reply: the server has so much of it (all: it is done), or it was erased for ever. */
struct bundle_held {
    char commit[GW_HASH_HEX + 1];
    int64_t offset, total;
    bool erased;
};
enum gw_err bundle_held_add(struct bundle_out *out, const struct bundle_held *held,
                            struct gw_fail *fail);
bool bundle_held_read(const char *line, size_t len, struct bundle_held *out);

#endif
