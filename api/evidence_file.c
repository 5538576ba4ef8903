/* Exported evidence (.gwe): written and read. What stands in it is not judged here, only its form:
 * the checks are those of `gridward verify`. */
#include <string.h>

#include "api/evidence.h"
#include "api/wire_p.h"
#include "base/i18n.h"

#define FORMAT "evidence-v1"

enum { FILE_LINE_MAX = 1024 * 1024 }; /* the rules text with its quotes escaped is the longest */

/* ---- writing */

static enum gw_err close_line(struct jw *w)
{
    jw_obj_end(w);
    enum gw_err err = jw_end(w);
    return err ? err : gw_buf_adds(w->out, "\n");
}

static void int_or_null(struct jw *w, const char *key, int64_t value, int64_t none)
{
    if (value == none) {
        jw_null(w, key);
    } else {
        jw_int(w, key, value);
    }
}

static enum gw_err write_header(const struct ev_export *in, struct gw_buf *out)
{
    struct jw w;
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    jw_str(&w, "gridward", FORMAT);
    jw_str(&w, "process", in->process);
    jw_int(&w, "count", in->count);
    jw_str(&w, "digest", in->digest);
    jw_str(&w, "server_sign_key", in->server_sign_key);
    return close_line(&w);
}

/* {"rules":TEXT} or {"checkpoint":NOTE}; nothing when there is none. */
static enum gw_err write_text(const char *key, const char *text, struct gw_buf *out)
{
    struct jw w;
    if (!text) {
        return GW_OK;
    }
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    jw_str(&w, key, text);
    return close_line(&w);
}

static enum gw_err write_signer(const struct ev_signer *s, struct gw_buf *out)
{
    struct jw w;
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    jw_obj(&w, "signer");
    jw_str(&w, "device", s->dev);
    jw_str(&w, "user", s->user);
    jw_str(&w, "name", s->name);
    jw_str(&w, "role", s->role);
    jw_str(&w, "sign_key", s->sign_key);
    jw_int(&w, "valid_from", s->valid_from);
    int_or_null(&w, "revoked_at", s->revoked_at, 0);
    int_or_null(&w, "revoked_seq", s->revoked_seq, 0);
    jw_str(&w, "server_sig", s->server_sig);
    jw_obj_end(&w);
    return close_line(&w);
}

static enum gw_err write_rule(const char *row, struct gw_buf *out)
{
    struct jw w;
    enum gw_err err = scan_check(row, strlen(row), NULL);
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    jw_raw(&w, "rule", row, strlen(row));
    return err ? err : close_line(&w);
}

static enum gw_err write_step(const struct ev_export_line *line, struct gw_buf *out)
{
    struct jw w;
    size_t len = strlen(line->line);
    enum gw_err err = scan_check(line->line, len, NULL);
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    jw_obj(&w, "step");
    jw_raw(&w, "line", line->line, len);
    jw_str(&w, "status", line->status);
    jw_str(&w, "receipt", line->receipt);
    jw_str(&w, "result", line->result ? line->result : "");
    jw_int(&w, "recv_at", line->recv_at);
    int_or_null(&w, "seq", line->seq, -1);
    jw_obj_end(&w);
    return err ? err : close_line(&w);
}

enum gw_err evidence_write(const struct ev_export *in, struct gw_buf *out, struct gw_fail *fail)
{
    enum gw_err err = write_header(in, out);
    err = err ? err : write_text("rules", in->rules, out);
    for (size_t i = 0; i < in->signers_n && !err; i++) {
        err = write_signer(&in->signers[i], out);
    }
    for (size_t i = 0; i < in->rule_rows_n && !err; i++) {
        err = write_rule(in->rule_rows[i], out);
    }
    for (size_t i = 0; i < in->steps_n && !err; i++) {
        err = write_step(&in->lines[i], out);
    }
    err = err ? err : write_text("checkpoint", in->checkpoint, out);
    return err ? gw_fail_set(fail, err,
                             _("The export could not be written: it is too large, or "
                               "one of its records is damaged."))
               : GW_OK;
}

/* ---- reading */

enum part { PART_HEADER, PART_RULES, PART_SIGNER, PART_RULE, PART_STEP, PART_CHECKPOINT, PART_N };
static const char *const parts[PART_N] = {"gridward", "rules", "signer",
                                          "rule",     "step",  "checkpoint"};

struct file {
    struct gw_arena *arena;
    struct ev_export *out;
    struct gw_buf scratch; /* of the scanner */
    const char **rules;
    enum part at; /* of the line before */
    size_t line_no;
    struct gw_fail why;
};

static enum gw_err no_memory(struct gw_fail *fail)
{
    return gw_fail_set(fail, GW_NOMEM, _("There is no memory left to read this record."));
}

static enum gw_err take(struct file *f, const struct json *object, const char *key,
                        const char **out)
{
    const char *text = json_str(object, key);
    if (!text) {
        return wire_bad(&f->why, key);
    }
    *out = gw_arena_text(f->arena, text);
    return *out ? GW_OK : no_memory(&f->why);
}

/* A number from 0 on; null = none. */
static enum gw_err take_int(struct file *f, const struct json *object, const char *key,
                            int64_t none, int64_t *out)
{
    *out = none;
    if (json_is_null(object, key) || (json_int(object, key, out) && *out >= 0)) {
        return GW_OK;
    }
    return wire_bad(&f->why, key);
}

static enum gw_err read_header(struct file *f, const struct json *root)
{
    const char *format = json_str(root, "gridward");
    struct ev_export *out = f->out;
    if (!format || strcmp(format, FORMAT) != 0) {
        return gw_fail_set(&f->why, GW_INVALID,
                           _("This is no evidence of a procedure that this program can read."));
    }
    enum gw_err err = take(f, root, "process", &out->process);
    err = err ? err : take_int(f, root, "count", -1, &out->count);
    err = err ? err : take(f, root, "digest", &out->digest);
    if (!err && !json_is_null(root, "server_sign_key")) {
        err = take(f, root, "server_sign_key", &out->server_sign_key);
    }
    return err ? err
               : (out->count < 0 || !wire_is_hash(out->digest) ? wire_bad(&f->why, "digest")
                                                               : GW_OK);
}

static enum gw_err read_signer(struct file *f, const struct json *root)
{
    const struct json *in = json_obj(root, "signer");
    struct ev_signer *s = &f->out->signers[f->out->signers_n];
    const struct {
        const char *key, **to;
    } texts[] = {
        {"device", &s->dev}, {"user", &s->user},         {"name", &s->name},
        {"role", &s->role},  {"sign_key", &s->sign_key}, {"server_sig", &s->server_sig},
    };
    enum gw_err err = GW_OK;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && !err; i++) {
        err = take(f, in, texts[i].key, texts[i].to);
    }
    err = err ? err : take_int(f, in, "valid_from", 0, &s->valid_from);
    err = err ? err : take_int(f, in, "revoked_at", 0, &s->revoked_at);
    err = err ? err : take_int(f, in, "revoked_seq", 0, &s->revoked_seq);
    f->out->signers_n += err ? 0 : 1;
    return err;
}

static const char *user_of(const struct ev_export *e, const char *dev)
{
    for (size_t i = 0; i < e->signers_n; i++) {
        if (strcmp(e->signers[i].dev, dev) == 0) {
            return e->signers[i].user;
        }
    }
    return "";
}

static bool status_parse(const char *word, enum step_status *out)
{
    static const struct {
        const char *word;
        enum step_status status;
    } words[] = {
        {"", STEP_OWN},
        {"applied", STEP_APPLIED},
        {"late", STEP_LATE},
        {"quarantined", STEP_QUARANTINED},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(word, words[i].word) == 0) {
            *out = words[i].status;
            return true;
        }
    }
    return false;
}

static enum gw_err read_step(struct file *f, const struct json *root, const char *raw)
{
    const struct json *in = json_obj(root, "step");
    struct ev_export_line *line = &f->out->lines[f->out->steps_n];
    struct ev_step *step = NULL;
    line->line = raw;
    enum gw_err err = take(f, in, "status", &line->status);
    err = err ? err : take(f, in, "receipt", &line->receipt);
    err = err ? err : take(f, in, "result", &line->result);
    err = err ? err : take_int(f, in, "recv_at", 0, &line->recv_at);
    err = err ? err : take_int(f, in, "seq", -1, &line->seq);
    err = err ? err : evidence_step(f->arena, raw, strlen(raw), &step, &f->why);
    if (err) {
        return err;
    }
    if (!status_parse(line->status, &step->status)) {
        return wire_bad(&f->why, "status");
    }
    if (strcmp(step->process, f->out->process) != 0) {
        return gw_fail_set(&f->why, GW_INVALID, _("This record is of another procedure."));
    }
    step->user = user_of(f->out, step->dev);
    step->recv_at = line->recv_at;
    step->seq = line->seq;
    f->out->steps[f->out->steps_n++] = step;
    return GW_OK;
}

/* ---- the bytes of a member as they stand in the file */

struct slice {
    const char *key, *raw;
    size_t len;
};

static enum gw_err find_slice(void *ctx, const struct scan_member *member)
{
    struct slice *slice = ctx;
    if (member->key_len == strlen(slice->key) &&
        memcmp(member->key, slice->key, member->key_len) == 0) {
        slice->raw = member->value.raw;
        slice->len = member->value.raw_len;
    }
    return GW_OK;
}

/* Member key of an object, then member inner of that (NULL = the object itself), copied. */
static enum gw_err take_raw(struct file *f, const char *line, size_t len, const char *key,
                            const char *inner, const char **out)
{
    struct slice at = {.key = key};
    struct slice in = {.key = inner};
    gw_buf_reset(&f->scratch);
    enum gw_err err = scan_object(line, len, true, &f->scratch, find_slice, &at, &f->why);
    if (!err && inner && at.raw && at.raw[0] == '{') {
        err = scan_object(at.raw, at.len, true, &f->scratch, find_slice, &in, &f->why);
    }
    if (err) {
        return err;
    }
    const struct slice *found = inner ? &in : &at;
    if (!found->raw || found->raw[0] != '{') {
        return wire_bad(&f->why, inner ? inner : key);
    }
    *out = gw_arena_textn(f->arena, found->raw, found->len);
    return *out ? GW_OK : no_memory(&f->why);
}

/* ---- lines */

static bool part_of(const struct json *root, enum part *out)
{
    const struct json *first = json_first(root);
    for (int i = 0; json_is_object(root) && first && i < PART_N; i++) {
        if (strcmp(json_key(first), parts[i]) == 0) {
            *out = (enum part)i;
            return i == PART_HEADER || !json_next(first);
        }
    }
    return false;
}

/* Signers, rules and steps may repeat; all parts come in their order. */
static bool in_order(const struct file *f, enum part part)
{
    bool many = part == PART_SIGNER || part == PART_RULE || part == PART_STEP;
    return f->line_no == 1 ? part == PART_HEADER : part > f->at || (many && part == f->at);
}

static enum gw_err read_part(struct file *f, enum part part, const struct json *root,
                             const char *line, size_t len)
{
    const char *raw = NULL;
    enum gw_err err = GW_OK;
    switch (part) {
    case PART_HEADER:
        return read_header(f, root);
    case PART_RULES:
        return take(f, root, "rules", &f->out->rules);
    case PART_SIGNER:
        return read_signer(f, root);
    case PART_RULE:
        return take_raw(f, line, len, "rule", NULL, &f->rules[f->out->rule_rows_n++]);
    case PART_STEP:
        err = take_raw(f, line, len, "step", "line", &raw);
        return err ? err : read_step(f, root, raw);
    default:
        return take(f, root, "checkpoint", &f->out->checkpoint);
    }
}

static enum gw_err read_line(struct file *f, const char *line, size_t len)
{
    struct json *root = NULL;
    enum part part = PART_N;
    enum gw_err err = json_parse(line, len, FILE_LINE_MAX, &root, &f->why);
    if (!err && !part_of(root, &part)) {
        err = gw_fail_set(&f->why, GW_INVALID, _("No evidence has a line of this form."));
    }
    if (!err && !in_order(f, part)) {
        err = gw_fail_set(&f->why, GW_INVALID, _("This line does not stand in its place."));
    }
    err = err ? err : read_part(f, part, root, line, len);
    f->at = part;
    json_free(root);
    return err;
}

static enum gw_err make_room(struct file *f, const char *text, size_t len)
{
    struct ev_export *out = f->out;
    size_t lines = 1;
    for (size_t i = 0; i < len; i++) {
        lines += text[i] == '\n';
    }
    out->signers = gw_arena_alloc(f->arena, lines, sizeof *out->signers);
    out->lines = gw_arena_alloc(f->arena, lines, sizeof *out->lines);
    out->steps = gw_arena_alloc(f->arena, lines, sizeof(struct ev_step *));
    f->rules = gw_arena_alloc(f->arena, lines, sizeof(const char *));
    out->rule_rows = f->rules;
    return out->signers && out->lines && out->steps && f->rules ? GW_OK : no_memory(&f->why);
}

static enum gw_err read_lines(struct file *f, const char *text, size_t len)
{
    const char *end = text + len;
    enum gw_err err = make_room(f, text, len);
    for (const char *at = text; at < end && !err;) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t n = (size_t)((newline ? newline : end) - at);
        f->line_no++;
        err = read_line(f, at, n);
        at += n + 1;
    }
    if (!err && (f->line_no == 0 || (int64_t)f->out->steps_n != f->out->count)) {
        err = gw_fail_set(&f->why, GW_INVALID,
                          _("The file is cut: its first line names another number of records."));
    }
    return err;
}

enum gw_err evidence_read(struct gw_arena *arena, const char *text, size_t len,
                          struct ev_export *out, struct gw_fail *fail)
{
    struct file f = {.arena = arena, .out = out};
    *out = (struct ev_export){.count = 0};
    gw_buf_init(&f.scratch, (size_t)2 * JSON_LINE_MAX);
    enum gw_err err = read_lines(&f, text, len);
    gw_buf_free(&f.scratch);
    return err ? gw_fail_set(fail, err, _("Line %zu of the evidence: %s"), f.line_no, f.why.text)
               : GW_OK;
}
