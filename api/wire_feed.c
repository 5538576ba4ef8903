/* Lines of the feed and of snapshots. Decoding is the bulk path: the scanner only. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/wire.h"
#include "api/wire_p.h"
#include "base/i18n.h"

struct wire_decoder {
    struct gw_buf arena; /* decoded strings of one line */
    struct wire_scope scopes[WIRE_SCOPES_MAX];
    struct wire_digest digest[WIRE_DIGEST_MAX];
};

enum gw_err wire_decoder_new(struct wire_decoder **out)
{
    *out = calloc(1, sizeof **out);
    if (!*out) {
        return GW_NOMEM;
    }
    gw_buf_init(&(*out)->arena, (size_t)2 * JSON_LINE_MAX);
    return GW_OK;
}

void wire_decoder_free(struct wire_decoder *decoder)
{
    if (decoder) {
        gw_buf_free(&decoder->arena);
        free(decoder);
    }
}

/* ---- members of any line */

enum member {
    M_OP,
    M_SEQ,
    M_TYPE,
    M_ID,
    M_PATH,
    M_ROW,
    M_TAG,
    M_LIST,
    M_TYPES,
    M_CURSOR,
    M_SCOPE,
    M_MORE,
    M_AFTER,
    M_N,
    M_DIGEST,
    M_COUNT
};

static const struct {
    const char *key;
    size_t len;
} members[M_COUNT] = {
    [M_OP] = {"op", 2},         [M_SEQ] = {"seq", 3},     [M_TYPE] = {"type", 4},
    [M_ID] = {"id", 2},         [M_PATH] = {"path", 4},   [M_ROW] = {"row", 3},
    [M_TAG] = {"tag", 3},       [M_LIST] = {"list", 4},   [M_TYPES] = {"types", 5},
    [M_CURSOR] = {"cursor", 6}, [M_SCOPE] = {"scope", 5}, [M_MORE] = {"more", 4},
    [M_AFTER] = {"after", 5},   [M_N] = {"n", 1},         [M_DIGEST] = {"digest", 6},
};

/* The values of a line; raw NULL = absent. */
struct line {
    struct scan_value values[M_COUNT];
};

static enum gw_err gather(void *ctx, const struct scan_member *member)
{
    struct line *line = ctx;
    for (size_t i = 0; i < M_COUNT; i++) {
        if (members[i].len == member->key_len &&
            memcmp(members[i].key, member->key, member->key_len) == 0) {
            line->values[i] = member->value;
            break;
        }
    }
    return GW_OK; /* unknown members are ignored */
}

static bool is_text(const struct scan_value *value, const char *text)
{
    return value->raw && value->kind == SCAN_STRING && value->text_len == strlen(text) &&
           memcmp(value->text, text, value->text_len) == 0;
}

static bool take_text(const struct scan_value *value, char *out, size_t size)
{
    return value->raw && value->kind == SCAN_STRING &&
           wire_copy(out, size, value->text, value->text_len) && strlen(out) == value->text_len;
}

static bool take_count(const struct scan_value *value, int64_t *out)
{
    if (!value->raw || value->kind != SCAN_INT || value->integer < 0) {
        return false;
    }
    *out = value->integer;
    return true;
}

static bool take_id(const struct scan_value *value, char out[GW_ID_MAX + 1])
{
    return take_text(value, out, GW_ID_MAX + 1) && id_ok(out);
}

static bool take_path(const struct scan_value *value, char out[GW_PATH_MAX + 1])
{
    return take_text(value, out, GW_PATH_MAX + 1) && path_ok(out);
}

static bool take_cursor(const struct scan_value *value, char out[96])
{
    struct wire_cursor cursor;
    return take_text(value, out, 96) && wire_cursor_parse(out, &cursor);
}

/* False when it is no text at all; an unknown type is fine (rule R7). */
static bool take_type(const struct scan_value *value, bool *known, enum gw_type *type)
{
    char name[64];
    if (!value->raw || value->kind != SCAN_STRING) {
        return false;
    }
    *known = wire_copy(name, sizeof name, value->text, value->text_len) && entity_parse(name, type);
    return true;
}

/* ---- the forms of a line; each gives NULL or the member that is wrong */

static const char *take_row_id(const struct line *line, struct wire_rec *out)
{
    if (!take_count(&line->values[M_SEQ], &out->seq)) {
        return "seq";
    }
    if (!take_type(&line->values[M_TYPE], &out->type_known, &out->type)) {
        return "type";
    }
    return take_id(&line->values[M_ID], out->id) ? NULL : "id";
}

static const char *take_put(struct wire_decoder *decoder, const struct line *line,
                            struct wire_rec *out)
{
    (void)decoder;
    const char *bad = take_row_id(line, out);
    const struct scan_value *row = &line->values[M_ROW];
    if (bad) {
        return bad;
    }
    if (!take_path(&line->values[M_PATH], out->path)) {
        return "path";
    }
    if (!row->raw || row->kind != SCAN_OBJECT) {
        return "row";
    }
    out->row = row->raw;
    out->row_len = row->raw_len;
    return NULL;
}

static const char *take_gone(struct wire_decoder *decoder, const struct line *line,
                             struct wire_rec *out)
{
    (void)decoder;
    return take_row_id(line, out);
}

struct list {
    struct wire_decoder *decoder;
    size_t n;
    uint32_t types;
};

static enum gw_err take_scope_member(void *ctx, const struct scan_member *member)
{
    struct wire_scope *scope = ctx;
    bool fine = true;
    if (member->key_len == 4 && memcmp(member->key, "path", 4) == 0) {
        fine = take_path(&member->value, scope->path);
    } else if (member->key_len == 7 && memcmp(member->key, "granted", 7) == 0) {
        fine = take_count(&member->value, &scope->granted);
    }
    return fine ? GW_OK : GW_INVALID;
}

static enum gw_err take_scope(void *ctx, const struct scan_member *member)
{
    struct list *list = ctx;
    if (list->n == WIRE_SCOPES_MAX || member->value.kind != SCAN_OBJECT) {
        return GW_INVALID;
    }
    struct wire_scope *scope = &list->decoder->scopes[list->n++];
    *scope = (struct wire_scope){.granted = -1};
    enum gw_err err = scan_object(member->value.raw, member->value.raw_len, true,
                                  &list->decoder->arena, take_scope_member, scope, NULL);
    return !err && (scope->path[0] == '\0' || scope->granted < 0) ? GW_INVALID : err;
}

static enum gw_err take_type_bit(void *ctx, const struct scan_member *member)
{
    struct list *list = ctx;
    enum gw_type type = TYPE_N;
    bool known = false;
    if (!take_type(&member->value, &known, &type)) {
        return GW_INVALID;
    }
    list->types |= known ? UINT32_C(1) << type : 0;
    return GW_OK;
}

static const char *take_scopes(struct wire_decoder *decoder, const struct line *line,
                               struct wire_rec *out)
{
    struct list list = {.decoder = decoder};
    const struct scan_value *paths = &line->values[M_LIST];
    const struct scan_value *types = &line->values[M_TYPES];
    if (!take_id(&line->values[M_TAG], out->tag)) {
        return "tag";
    }
    if (!paths->raw || paths->kind != SCAN_ARRAY ||
        scan_array(paths->raw, paths->raw_len, &decoder->arena, take_scope, &list)) {
        return "list";
    }
    if (!types->raw || types->kind != SCAN_ARRAY ||
        scan_array(types->raw, types->raw_len, &decoder->arena, take_type_bit, &list)) {
        return "types";
    }
    out->scopes = decoder->scopes;
    out->scopes_n = list.n;
    out->types = list.types;
    return NULL;
}

static bool take_sum(const struct scan_value *value, uint64_t *out)
{
    char text[17];
    if (!take_text(value, text, sizeof text) || strspn(text, "0123456789abcdef") != 16) {
        return false;
    }
    *out = strtoull(text, NULL, 16);
    return true;
}

struct entry {
    struct wire_digest digest;
    bool known;
    unsigned seen; /* bits of the members */
};

static enum gw_err take_entry_member(void *ctx, const struct scan_member *member)
{
    static const char *const keys[] = {"scope", "type", "count", "sum", "above_count", "above_sum"};
    struct entry *entry = ctx;
    unsigned i = 0;
    while (i < 6 &&
           (strlen(keys[i]) != member->key_len || memcmp(keys[i], member->key, member->key_len))) {
        i++;
    }
    bool fine = true;
    if (i == 0) {
        fine = take_path(&member->value, entry->digest.scope);
    } else if (i == 1) {
        fine = take_type(&member->value, &entry->known, &entry->digest.type);
    } else if (i == 2) {
        fine = take_count(&member->value, &entry->digest.count);
    } else if (i == 3) {
        fine = take_sum(&member->value, &entry->digest.sum);
    } else if (i == 4) {
        fine = take_count(&member->value, &entry->digest.above_count);
    } else if (i == 5) {
        fine = take_sum(&member->value, &entry->digest.above_sum);
    }
    entry->seen |= 1u << i;
    return fine ? GW_OK : GW_INVALID;
}

static enum gw_err take_entry(void *ctx, const struct scan_member *member)
{
    struct list *list = ctx;
    struct entry entry = {.known = false};
    if (member->value.kind != SCAN_OBJECT) {
        return GW_INVALID;
    }
    enum gw_err err = scan_object(member->value.raw, member->value.raw_len, true,
                                  &list->decoder->arena, take_entry_member, &entry, NULL);
    if (err || (entry.seen & 15) != 15) {
        return err ? err : GW_INVALID;
    }
    entry.digest.has_above = (entry.seen & 48) == 48;
    if (!entry.known) {
        return GW_OK; /* a type that this program does not hold */
    }
    if (list->n == WIRE_DIGEST_MAX) {
        return GW_INVALID;
    }
    list->decoder->digest[list->n++] = entry.digest;
    return GW_OK;
}

static const char *take_digest(struct wire_decoder *decoder, const struct scan_value *value,
                               struct wire_rec *out)
{
    struct list list = {.decoder = decoder};
    if (!value->raw || value->kind == SCAN_NULL) {
        return NULL;
    }
    if (value->kind != SCAN_ARRAY ||
        scan_array(value->raw, value->raw_len, &decoder->arena, take_entry, &list)) {
        return "digest";
    }
    out->has_digest = true;
    out->digest = decoder->digest;
    out->digest_n = list.n;
    return NULL;
}

/* The end of changes has a cursor, the end of a snapshot page has `after`. */
static const char *take_end(struct wire_decoder *decoder, const struct line *line,
                            struct wire_rec *out)
{
    const struct scan_value *after = &line->values[M_AFTER];
    const struct scan_value *more = &line->values[M_MORE];
    if (!take_count(&line->values[M_N], &out->n)) {
        return "n";
    }
    if (after->raw) {
        out->after_null = after->kind == SCAN_NULL;
        bool fine = out->after_null ||
                    (take_text(after, out->after, sizeof out->after) && out->after[0] != '\0');
        return fine ? NULL : "after";
    }
    if (!take_cursor(&line->values[M_CURSOR], out->cursor)) {
        return "cursor";
    }
    if (!more->raw || (more->kind != SCAN_TRUE && more->kind != SCAN_FALSE)) {
        return "more";
    }
    out->more = more->kind == SCAN_TRUE;
    return take_digest(decoder, &line->values[M_DIGEST], out);
}

static const char *take_begin(struct wire_decoder *decoder, const struct line *line,
                              struct wire_rec *out)
{
    (void)decoder;
    if (!take_cursor(&line->values[M_CURSOR], out->cursor)) {
        return "cursor";
    }
    return take_path(&line->values[M_SCOPE], out->path) ? NULL : "scope";
}

static const struct {
    const char *name;
    const char *(*take)(struct wire_decoder *decoder, const struct line *line,
                        struct wire_rec *out);
} ops[] = {
    [OP_SCOPES] = {"scopes", take_scopes}, [OP_PUT] = {"put", take_put},
    [OP_OUT] = {"out", take_gone},         [OP_DEL] = {"del", take_gone},
    [OP_END] = {"end", take_end},          [OP_BEGIN] = {"begin", take_begin},
};
enum { OP_COUNT = sizeof ops / sizeof ops[0] };

enum gw_err wire_rec_decode(struct wire_decoder *decoder, const char *line, size_t len,
                            struct wire_rec *out, struct gw_fail *fail)
{
    struct line got;
    memset(&got, 0, sizeof got);
    memset(out, 0, sizeof *out);
    gw_buf_reset(&decoder->arena);
    enum gw_err err = scan_object(line, len, false, &decoder->arena, gather, &got, fail);
    if (err) {
        return err;
    }
    size_t op = 0;
    while (op < OP_COUNT && !is_text(&got.values[M_OP], ops[op].name)) {
        op++;
    }
    if (op == OP_COUNT) {
        bool text = got.values[M_OP].raw && got.values[M_OP].kind == SCAN_STRING;
        return text ? GW_ABSENT : wire_bad(fail, "op");
    }
    out->op = (enum wire_op)op;
    const char *bad = ops[op].take(decoder, &got, out);
    return bad ? wire_bad(fail, bad) : GW_OK;
}

/* ---- server side */

enum gw_err wire_put(struct gw_buf *out, int64_t seq, enum gw_type type, const char *id,
                     const char *path, const char *row, size_t row_len)
{
    struct jw w;
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    jw_int(&w, "seq", seq);
    jw_str(&w, "op", "put");
    jw_str(&w, "type", entity_of(type)->name);
    jw_str(&w, "id", id);
    jw_str(&w, "path", path);
    jw_raw(&w, "row", row, row_len);
    jw_obj_end(&w);
    return jw_end(&w);
}

enum gw_err wire_gone(struct gw_buf *out, enum wire_op op, int64_t seq, enum gw_type type,
                      const char *id)
{
    struct jw w;
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    jw_int(&w, "seq", seq);
    jw_str(&w, "op", ops[op].name);
    jw_str(&w, "type", entity_of(type)->name);
    jw_str(&w, "id", id);
    jw_obj_end(&w);
    return jw_end(&w);
}

void wire_put_scopes(struct jw *w, const char *key, const struct wire_scope *scopes, size_t n)
{
    jw_arr(w, key);
    for (size_t i = 0; i < n; i++) {
        jw_obj(w, NULL);
        jw_str(w, "path", scopes[i].path);
        jw_int(w, "granted", scopes[i].granted);
        jw_obj_end(w);
    }
    jw_arr_end(w);
}

void wire_put_types(struct jw *w, uint32_t types)
{
    jw_arr(w, "types");
    for (size_t type = 0; type < TYPE_N; type++) {
        if (types >> type & 1) {
            jw_str(w, NULL, entity_of((enum gw_type)type)->name);
        }
    }
    jw_arr_end(w);
}

enum gw_err wire_scopes(struct gw_buf *out, const char *tag, const struct wire_scope *scopes,
                        size_t n, uint32_t types)
{
    struct jw w;
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    jw_str(&w, "op", "scopes");
    jw_str(&w, "tag", tag);
    wire_put_scopes(&w, "list", scopes, n);
    wire_put_types(&w, types);
    jw_obj_end(&w);
    return jw_end(&w);
}

static void put_cursor(struct jw *w, const struct wire_cursor *cursor)
{
    char text[96];
    wire_cursor_print(cursor, text);
    jw_str(w, "cursor", text);
}

static void put_digest(struct jw *w, const struct wire_digest *digest)
{
    char sum[17];
    (void)snprintf(sum, sizeof sum, "%016" PRIx64, digest->sum); /* 16 digits always */
    jw_obj(w, NULL);
    jw_str(w, "scope", digest->scope);
    jw_str(w, "type", entity_of(digest->type)->name);
    jw_int(w, "count", digest->count);
    jw_str(w, "sum", sum);
    if (digest->has_above) {
        (void)snprintf(sum, sizeof sum, "%016" PRIx64, digest->above_sum);
        jw_int(w, "above_count", digest->above_count);
        jw_str(w, "above_sum", sum);
    }
    jw_obj_end(w);
}

enum gw_err wire_end(struct gw_buf *out, const struct wire_cursor *cursor, bool more, int64_t n,
                     const struct wire_digest *digest, size_t digest_n, bool has_digest)
{
    struct jw w;
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    jw_str(&w, "op", "end");
    put_cursor(&w, cursor);
    jw_bool(&w, "more", more);
    jw_int(&w, "n", n);
    if (has_digest) {
        jw_arr(&w, "digest");
        for (size_t i = 0; i < digest_n; i++) {
            put_digest(&w, &digest[i]);
        }
        jw_arr_end(&w);
    }
    jw_obj_end(&w);
    return jw_end(&w);
}

enum gw_err wire_begin(struct gw_buf *out, const struct wire_cursor *cursor, const char *scope)
{
    struct jw w;
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    jw_str(&w, "op", "begin");
    put_cursor(&w, cursor);
    jw_str(&w, "scope", scope);
    jw_obj_end(&w);
    return jw_end(&w);
}

enum gw_err wire_page_end(struct gw_buf *out, const char *after, int64_t n)
{
    struct jw w;
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    jw_str(&w, "op", "end");
    jw_str(&w, "after", after);
    jw_int(&w, "n", n);
    jw_obj_end(&w);
    return jw_end(&w);
}
