/* Reading bundles: the head in clear, the pieces, then the text as a whole before any line of it.
 */
#include <string.h>

#include "api/bundle_p.h"
#include "api/scan.h"
#include "base/i18n.h"
#include "base/zst.h"

/* ---- sentences */

static enum gw_err no_bundle(struct gw_fail *fail)
{
    return gw_fail_set(fail, GW_INVALID,
                       _("This file is no bundle of gridward. Check that it is the right file."));
}

static enum gw_err damaged(struct gw_fail *fail)
{
    return gw_fail_set(fail, GW_INVALID,
                       _("The bundle is damaged: it was cut off or changed on its way. Nothing of "
                         "it was taken. Copy it again, or have a new one made."));
}

static enum gw_err trailing(struct gw_fail *fail)
{
    return gw_fail_set(fail, GW_INVALID,
                       _("There is something behind the end of the bundle: the file was changed. "
                         "Nothing of it was taken. Have a new one made."));
}

static enum gw_err over_cap(struct gw_fail *fail)
{
    return gw_fail_set(fail, GW_INVALID,
                       _("The bundle is larger than this program takes. Nothing of it was taken. "
                         "Synchronise over the network instead."));
}

static enum gw_err no_memory(struct gw_fail *fail)
{
    return gw_fail_set(fail, GW_NOMEM, _("There is no memory left. Close other programs."));
}

/* ---- the head in clear */

struct reader {
    const uint8_t *bytes;
    size_t len, at;
};

static const uint8_t *take(struct reader *r, size_t n)
{
    if (n > r->len - r->at) {
        return NULL;
    }
    const uint8_t *here = r->bytes + r->at;
    r->at += n;
    return here;
}

struct clear {
    enum bundle_kind kind;
    char to[BUNDLE_TO_MAX][GW_ID_MAX + 1];
    size_t to_n;
    const uint8_t *mine; /* the sealed key for this receiver; NULL: there is none */
};

/* GW_INVALID: no bundle at all, or none that this program knows. */
static enum gw_err read_fixed(struct reader *r, struct clear *out, struct gw_fail *fail)
{
    const uint8_t *magic = take(r, MAGIC_BYTES);
    const uint8_t *fixed = magic ? take(r, 3) : NULL;
    if (!fixed || memcmp(magic, bundle_magic, MAGIC_BYTES) != 0) {
        return no_bundle(fail);
    }
    if (fixed[0] != BUNDLE_VERSION || fixed[1] < BUNDLE_TO_SERVER || fixed[1] > BUNDLE_REPLY) {
        return gw_fail_set(fail, GW_INVALID,
                           _("This bundle was made by a newer program. Update this one."));
    }
    out->kind = (enum bundle_kind)fixed[1];
    out->to_n = fixed[2];
    return out->to_n > 0 && out->to_n <= BUNDLE_TO_MAX ? GW_OK : damaged(fail);
}

static enum gw_err read_clear(struct reader *r, const char *me, struct clear *out,
                              struct gw_fail *fail)
{
    enum gw_err err = read_fixed(r, out, fail);
    out->mine = NULL;
    for (size_t i = 0; !err && i < out->to_n; i++) {
        const uint8_t *id_len = take(r, 1);
        const uint8_t *id = id_len && *id_len <= GW_ID_MAX ? take(r, *id_len) : NULL;
        const uint8_t *sealed = id ? take(r, SEALED_KEY) : NULL;
        if (!sealed) {
            return damaged(fail);
        }
        memcpy(out->to[i], id, *id_len);
        out->to[i][*id_len] = '\0';
        if (!id_ok(out->to[i])) {
            return damaged(fail);
        }
        out->mine = strcmp(out->to[i], me) == 0 ? sealed : out->mine;
    }
    return err;
}

static enum gw_err for_others(const struct clear *clear, struct gw_fail *fail)
{
    return gw_fail_set(fail, GW_DENIED,
                       _("This bundle is not for this machine. It is sealed for others (%zu, the "
                         "first is %s), and only they can open it."),
                       clear->to_n, clear->to[0]);
}

enum gw_err bundle_peek(const void *file, size_t len, enum bundle_kind *kind, struct gw_fail *fail)
{
    struct reader r = {file, len, 0};
    struct clear clear;
    enum gw_err err = read_fixed(&r, &clear, fail);
    *kind = err ? BUNDLE_TO_SERVER : clear.kind;
    return err;
}

/* ---- pieces */

static size_t length_of(const uint8_t *bytes)
{
    size_t len = 0;
    for (int i = 0; i < LENGTH_BYTES; i++) {
        len = len << 8 | bytes[i];
    }
    return len;
}

static enum gw_err decrypt(struct reader *r, struct gw_stream *stream, struct gw_bytes beside,
                           struct gw_buf *packed, struct gw_fail *fail)
{
    uint8_t plain[PIECE_BYTES];
    bool last = false;
    while (!last) {
        const uint8_t *length = take(r, LENGTH_BYTES);
        size_t len = length ? length_of(length) : 0;
        if (len < GW_STREAM_EXTRA || len > PIECE_BYTES + GW_STREAM_EXTRA) {
            return damaged(fail);
        }
        const struct gw_bytes sealed = {take(r, len), len};
        if (!sealed.at || !gw_stream_pull(stream, beside, sealed, &last, plain)) {
            return damaged(fail);
        }
        beside = (struct gw_bytes){NULL, 0};
        enum gw_err err = gw_buf_add(packed, plain, len - GW_STREAM_EXTRA);
        if (err) {
            return err == GW_TOO_LARGE ? over_cap(fail) : no_memory(fail);
        }
    }
    return r->at == r->len ? GW_OK : trailing(fail);
}

static enum gw_err read_pieces(struct reader *r, const struct clear *clear,
                               const struct bundle_me *me, struct gw_buf *packed,
                               struct gw_fail *fail)
{
    struct gw_stream stream;
    uint8_t key[GW_KEY_BYTES];
    const uint8_t *header = take(r, GW_STREAM_HEADER);
    const struct gw_bytes beside = {r->bytes, r->at};
    enum gw_err err = header ? GW_OK : damaged(fail);
    if (!err && !gw_seal_open(me->public_key, me->secret, clear->mine, SEALED_KEY, key)) {
        err = damaged(fail); /* the name is ours and the key is not: somebody wrote it there */
    }
    if (!err && !gw_stream_open(&stream, key, header)) {
        err = damaged(fail);
    }
    err = err ? err : decrypt(r, &stream, beside, packed, fail);
    gw_wipe(&stream, sizeof stream);
    gw_wipe(key, sizeof key);
    return err;
}

/* ---- the text */

static enum gw_err unpack(const struct gw_buf *packed, struct gw_buf *text, struct gw_fail *fail)
{
    enum gw_err err = gw_zst_unpack(gw_buf_str(packed), packed->len, text);
    return err == GW_TOO_LARGE ? over_cap(fail)
           : err == GW_NOMEM   ? no_memory(fail)
           : err               ? damaged(fail)
                               : GW_OK;
}

static bool same_head(const struct clear *clear, const struct bundle_head *head)
{
    bool same = clear->kind == head->kind && clear->to_n == head->to_n;
    for (size_t i = 0; same && i < head->to_n; i++) {
        same = strcmp(clear->to[i], head->to[i]) == 0;
    }
    return same;
}

/* The last line: {"end":{"count","sha256","key","sig"}}. */
static bool read_trailer(const char *line, size_t len, struct bundle *out, int64_t *count)
{
    struct json *root = NULL;
    if (json_parse(line, len, 0, &root, NULL) != GW_OK) {
        return false;
    }
    const struct json *end = json_obj(root, "end");
    const char *sha = end ? json_str(end, "sha256") : NULL;
    const char *key = end ? json_str(end, "key") : NULL;
    const char *sig = end ? json_str(end, "sig") : NULL;
    bool good = sha && key && sig && json_int(end, "count", count) && id_ok(key) &&
                strlen(sig) == GW_SIGN_B64 && strlen(sha) == GW_HASH_HEX;
    if (good) {
        memcpy(out->sha256, sha, GW_HASH_HEX + 1);
        memcpy(out->signer, key, strlen(key) + 1);
        memcpy(out->sig, sig, GW_SIGN_B64 + 1);
    }
    json_free(root);
    return good;
}

static bool hash_fits(const struct bundle *b)
{
    char hash[GW_HASH_HEX + 1];
    gw_sha256_hex2(gw_buf_str(&b->text), b->end, NULL, 0, hash);
    return strcmp(hash, b->sha256) == 0;
}

/* Every line by itself, before the first is given out. */
static bool lines_fit(struct bundle *b, int64_t wanted)
{
    const char *line;
    size_t len;
    size_t at = 0;
    b->count = 0;
    while (bundle_next(b, &at, &line, &len)) {
        if (len > BUNDLE_LINE_MAX || scan_check(line, len, NULL) != GW_OK) {
            return false;
        }
        b->count++;
    }
    return b->count == wanted;
}

static enum gw_err read_text(struct bundle *b, const struct clear *clear, struct gw_fail *fail)
{
    const char *text = gw_buf_str(&b->text);
    size_t len = b->text.len;
    int64_t wanted = -1;
    const char *first = len > 0 && text[len - 1] == '\n' ? memchr(text, '\n', len) : NULL;
    const char *last = first && len > 1 ? memrchr(text, '\n', len - 1) : NULL;
    if (!last) {
        return damaged(fail);
    }
    b->first = (size_t)(first + 1 - text);
    b->end = (size_t)(last + 1 - text);
    bool good = b->first <= b->end && bundle_head_read(text, b->first - 1, &b->head) == GW_OK &&
                same_head(clear, &b->head) &&
                read_trailer(text + b->end, len - b->end - 1, b, &wanted) && hash_fits(b) &&
                lines_fit(b, wanted);
    return good ? GW_OK : damaged(fail);
}

enum gw_err bundle_open(const void *file, size_t len, const struct bundle_me *me,
                        struct bundle *out, struct gw_fail *fail)
{
    struct reader r = {file, len, 0};
    struct clear clear;
    struct gw_buf packed;
    memset(out, 0, sizeof *out);
    gw_buf_init(&out->text, BUNDLE_TEXT_MAX);
    gw_buf_init(&packed, BUNDLE_FILE_MAX);
    enum gw_err err = len > BUNDLE_FILE_MAX ? over_cap(fail) : read_clear(&r, me->id, &clear, fail);
    err = err ? err : clear.mine ? GW_OK : for_others(&clear, fail);
    err = err ? err : read_pieces(&r, &clear, me, &packed, fail);
    err = err ? err : unpack(&packed, &out->text, fail);
    err = err ? err : read_text(out, &clear, fail);
    gw_buf_free(&packed);
    if (err) {
        bundle_free(out);
    }
    return err;
}

bool bundle_signed_by(const struct bundle *bundle, const uint8_t sign_key[GW_KEY_BYTES])
{
    uint8_t sig[GW_SIGN_BYTES];
    return gw_b64url_decode(bundle->sig, sig, sizeof sig) &&
           gw_sign_ok(sign_key, BUNDLE_SIGN, bundle->sha256, GW_HASH_HEX, sig);
}

bool bundle_next(const struct bundle *bundle, size_t *at, const char **line, size_t *len)
{
    size_t here = *at ? *at : bundle->first;
    if (here >= bundle->end) {
        return false;
    }
    const char *text = gw_buf_str(&bundle->text) + here;
    const char *newline = memchr(text, '\n', bundle->end - here);
    *line = text;
    *len = (size_t)(newline - text); /* read_text has seen that a line ends at bundle->end */
    *at = here + *len + 1;
    return true;
}

void bundle_free(struct bundle *bundle)
{
    gw_buf_free(&bundle->text);
    memset(bundle, 0, sizeof *bundle);
}

enum bundle_line bundle_line_kind(const char *line, size_t len)
{
    static const struct {
        const char *begin;
        enum bundle_line kind;
    } kinds[] = {
        {"{\"body\":", BUNDLE_COMMAND}, {"{\"key\":", BUNDLE_COMMAND},
        {"{\"sig\":", BUNDLE_COMMAND},  {"{\"private\":", BUNDLE_COMMAND},
        {"{\"rules\":", BUNDLE_RULES},  {"{\"signer\":", BUNDLE_SIGNER},
        {"{\"rule\":", BUNDLE_RULE},    {"{\"hello\":", BUNDLE_HELLO},
        {"{\"dev\":", BUNDLE_RESULT},   {"{\"op\":", BUNDLE_FEED},
        {"{\"seq\":", BUNDLE_FEED},     {"{\"blob\":", BUNDLE_BLOB},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        size_t n = strlen(kinds[i].begin);
        if (len >= n && memcmp(line, kinds[i].begin, n) == 0) {
            return kinds[i].kind;
        }
    }
    return BUNDLE_OTHER;
}
