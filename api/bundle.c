/* Writing bundles, and what reading shares with it: the header line. */
#include "api/bundle_p.h"

#include <string.h>

#include "api/scan.h"
#include "base/i18n.h"
#include "base/zst.h"

/* A byte above 127, both line ends and the end mark of old systems: a copy in text mode shows. */
const uint8_t bundle_magic[MAGIC_BYTES] = {0x89, 'G', 'W', 'B', '\r', '\n', 0x1a, '\n'};

static const char *const names[] = {
    [BUNDLE_TO_SERVER] = "to:server", [BUNDLE_TO_PEER] = "to:peer", [BUNDLE_REPLY] = "reply"};

const char *bundle_kind_name(enum bundle_kind kind)
{
    return names[kind];
}

/* ---- the header line */

static bool listed_before(const struct bundle_head *head, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (strcmp(head->to[k], head->to[i]) == 0) {
            return true;
        }
    }
    return false;
}

bool bundle_head_ok(const struct bundle_head *head)
{
    struct wire_cursor cursor;
    bool good = head->kind >= BUNDLE_TO_SERVER && head->kind <= BUNDLE_REPLY && id_ok(head->from) &&
                head->to_n > 0 && head->to_n <= BUNDLE_TO_MAX;
    for (size_t i = 0; good && i < head->to_n; i++) {
        good = id_ok(head->to[i]) && !listed_before(head, i);
    }
    good = good && (head->process[0] == '\0' || id_ok(head->process)) &&
           (head->cursor[0] == '\0' || wire_cursor_parse(head->cursor, &cursor));
    return good && (head->kind != BUNDLE_TO_PEER || head->process[0] != '\0');
}

enum gw_err bundle_head_write(const struct bundle_head *head, struct gw_buf *out)
{
    struct jw w;
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    jw_str(&w, "gridward", BUNDLE_FORMAT);
    jw_str(&w, "kind", names[head->kind]);
    jw_str(&w, "from", head->from);
    jw_arr(&w, "to");
    for (size_t i = 0; i < head->to_n; i++) {
        jw_str(&w, NULL, head->to[i]);
    }
    jw_arr_end(&w);
    if (head->kind == BUNDLE_TO_PEER) {
        jw_str(&w, "process", head->process);
    } else {
        jw_str(&w, "cursor", head->cursor);
        jw_str(&w, "tag", head->tag);
        jw_bool(&w, "full", head->full);
    }
    jw_int(&w, "at", head->at);
    jw_obj_end(&w);
    return jw_end(&w);
}

/* A text member that must fit; "" when absent. */
static bool take(const struct json *root, const char *key, char *out, size_t size)
{
    const char *text = json_str(root, key);
    size_t len = text ? strlen(text) : 0;
    if (len >= size || (!text && json_has(root, key))) {
        return false;
    }
    memcpy(out, text ? text : "", len + 1);
    return true;
}

static bool take_kind(const struct json *root, enum bundle_kind *out)
{
    const char *kind = json_str(root, "kind");
    for (int i = BUNDLE_TO_SERVER; kind && i <= BUNDLE_REPLY; i++) {
        if (strcmp(kind, names[i]) == 0) {
            *out = (enum bundle_kind)i;
            return true;
        }
    }
    return false;
}

static bool take_to(const struct json *root, struct bundle_head *out)
{
    const struct json *list = json_arr(root, "to");
    for (const struct json *at = list ? json_first(list) : NULL; at; at = json_next(at)) {
        const char *id = json_text(at);
        if (!id || strlen(id) > GW_ID_MAX || out->to_n == BUNDLE_TO_MAX) {
            return false;
        }
        memcpy(out->to[out->to_n++], id, strlen(id) + 1);
    }
    return true;
}

enum gw_err bundle_head_read(const char *line, size_t len, struct bundle_head *out)
{
    struct json *root = NULL;
    *out = (struct bundle_head){.at = 0};
    enum gw_err err = json_parse(line, len, 0, &root, NULL);
    if (err) {
        return err;
    }
    const char *form = json_str(root, "gridward");
    (void)json_bool(root, "full", &out->full); /* absent: no */
    bool good = form && strcmp(form, BUNDLE_FORMAT) == 0 && take_kind(root, &out->kind) &&
                take(root, "from", out->from, sizeof out->from) && take_to(root, out) &&
                take(root, "process", out->process, sizeof out->process) &&
                take(root, "cursor", out->cursor, sizeof out->cursor) &&
                take(root, "tag", out->tag, sizeof out->tag) && json_int(root, "at", &out->at) &&
                bundle_head_ok(out);
    json_free(root);
    return good ? GW_OK : GW_INVALID;
}

/* ---- lines */

static enum gw_err too_large(struct gw_fail *fail, enum gw_err err)
{
    return err == GW_TOO_LARGE
               ? gw_fail_set(fail, err,
                             _("This is more than one bundle can hold. Synchronise over the "
                               "network, or hand over fewer procedures at once."))
               : gw_fail_set(fail, err, _("There is no memory left. Close other programs."));
}

static void cut(struct gw_buf *buf, size_t len)
{
    if (buf->data) {
        buf->len = len;
        buf->data[len] = '\0';
    }
}

enum gw_err bundle_begin(struct bundle_out *out, const struct bundle_head *head,
                         struct gw_fail *fail)
{
    *out = (struct bundle_out){.head = *head};
    gw_buf_init(&out->text, BUNDLE_TEXT_MAX);
    if (!bundle_head_ok(head)) {
        return gw_fail_set(fail, GW_INVALID,
                           _("A bundle needs one to %d receivers, each named once."),
                           BUNDLE_TO_MAX);
    }
    enum gw_err err = bundle_head_write(head, &out->text);
    err = err ? err : gw_buf_adds(&out->text, "\n");
    return err ? too_large(fail, err) : GW_OK;
}

enum gw_err bundle_add(struct bundle_out *out, const char *line, size_t len, struct gw_fail *fail)
{
    size_t before = out->text.len;
    enum gw_err err = len > BUNDLE_LINE_MAX ? GW_TOO_LARGE : scan_check(line, len, fail);
    if (err == GW_INVALID || memchr(line, '\n', len)) {
        return gw_fail_set(fail, GW_INVALID,
                           _("A record is damaged and cannot go into a bundle. `gridward doctor` "
                             "looks at the store."));
    }
    err = err ? err : gw_buf_add(&out->text, line, len);
    err = err ? err : gw_buf_adds(&out->text, "\n");
    if (err) {
        cut(&out->text, before);
        return too_large(fail, err);
    }
    out->count++;
    return GW_OK;
}

/* ---- closing */

static enum gw_err write_trailer(struct bundle_out *out, const char *signer_id,
                                 const struct gw_sign_key *key)
{
    char hash[GW_HASH_HEX + 1];
    char sig[GW_SIGN_B64 + 1];
    uint8_t bytes[GW_SIGN_BYTES];
    struct jw w;
    gw_sha256_hex2(gw_buf_str(&out->text), out->text.len, NULL, 0, hash);
    gw_sign(key, BUNDLE_SIGN, hash, GW_HASH_HEX, bytes);
    gw_b64url(bytes, sizeof bytes, sig);
    jw_begin(&w, &out->text);
    jw_obj(&w, NULL);
    jw_obj(&w, "end");
    jw_int(&w, "count", out->count);
    jw_str(&w, "sha256", hash);
    jw_str(&w, "key", signer_id);
    jw_str(&w, "sig", sig);
    jw_obj_end(&w);
    jw_obj_end(&w);
    enum gw_err err = jw_end(&w);
    return err ? err : gw_buf_adds(&out->text, "\n");
}

static enum gw_err write_head(const struct bundle_out *out, const uint8_t (*boxes)[GW_KEY_BYTES],
                              const uint8_t key[GW_KEY_BYTES], struct gw_buf *file)
{
    const struct bundle_head *head = &out->head;
    const uint8_t fixed[] = {BUNDLE_VERSION, (uint8_t)head->kind, (uint8_t)head->to_n};
    uint8_t sealed[SEALED_KEY];
    enum gw_err err = gw_buf_add(file, bundle_magic, sizeof bundle_magic);
    err = err ? err : gw_buf_add(file, fixed, sizeof fixed);
    for (size_t i = 0; i < head->to_n && !err; i++) {
        const uint8_t id_len = (uint8_t)strlen(head->to[i]);
        err = gw_seal(boxes[i], key, GW_KEY_BYTES, sealed) ? GW_OK : GW_INVALID;
        err = err ? err : gw_buf_add(file, &id_len, 1);
        err = err ? err : gw_buf_add(file, head->to[i], id_len);
        err = err ? err : gw_buf_add(file, sealed, sizeof sealed);
    }
    return err;
}

static enum gw_err write_piece(struct gw_stream *stream, struct gw_bytes beside,
                               struct gw_bytes piece, bool last, struct gw_buf *file)
{
    uint8_t sealed[LENGTH_BYTES + PIECE_BYTES + GW_STREAM_EXTRA];
    size_t len = piece.len + GW_STREAM_EXTRA;
    for (int i = 0; i < LENGTH_BYTES; i++) {
        sealed[i] = (uint8_t)(len >> (8 * (LENGTH_BYTES - 1 - i)));
    }
    gw_stream_push(stream, beside, piece, last, sealed + LENGTH_BYTES);
    return gw_buf_add(file, sealed, LENGTH_BYTES + len);
}

static enum gw_err write_pieces(struct gw_stream *stream, const struct gw_buf *packed,
                                size_t head_at, struct gw_buf *file)
{
    struct gw_buf head; /* a copy: the file moves while it grows */
    gw_buf_init(&head, file->max);
    enum gw_err err = gw_buf_add(&head, file->data + head_at, file->len - head_at);
    struct gw_bytes beside = {gw_buf_str(&head), head.len};
    for (size_t at = 0; at < packed->len && !err; at += PIECE_BYTES) {
        size_t left = packed->len - at;
        const struct gw_bytes piece = {packed->data + at, left < PIECE_BYTES ? left : PIECE_BYTES};
        err = write_piece(stream, beside, piece, left <= PIECE_BYTES, file);
        beside = (struct gw_bytes){NULL, 0};
    }
    gw_buf_free(&head);
    return err;
}

static enum gw_err encrypt(const struct bundle_out *out, const uint8_t (*boxes)[GW_KEY_BYTES],
                           const struct gw_buf *packed, struct gw_buf *file)
{
    struct gw_stream stream;
    uint8_t key[GW_KEY_BYTES];
    uint8_t header[GW_STREAM_HEADER];
    size_t head_at = file->len;
    gw_stream_begin(&stream, key, header);
    enum gw_err err = write_head(out, boxes, key, file);
    err = err ? err : gw_buf_add(file, header, sizeof header);
    err = err ? err : write_pieces(&stream, packed, head_at, file);
    gw_wipe(&stream, sizeof stream);
    gw_wipe(key, sizeof key);
    return err;
}

enum gw_err bundle_seal(struct bundle_out *out, const uint8_t (*boxes)[GW_KEY_BYTES],
                        const char *signer_id, const struct gw_sign_key *key, struct gw_buf *file,
                        struct gw_fail *fail)
{
    struct gw_buf packed;
    size_t before = file->len;
    gw_buf_init(&packed, BUNDLE_FILE_MAX);
    enum gw_err err = write_trailer(out, signer_id, key);
    err = err ? err : gw_zst_pack(gw_buf_str(&out->text), out->text.len, 9, &packed);
    err = err ? err : encrypt(out, boxes, &packed, file);
    gw_buf_free(&packed);
    if (err) {
        cut(file, before);
    }
    return err == GW_INVALID
               ? gw_fail_set(fail, err, _("The key of a receiver cannot be used for sealing."))
           : err ? too_large(fail, err)
                 : GW_OK;
}

void bundle_out_free(struct bundle_out *out)
{
    gw_buf_free(&out->text);
}
