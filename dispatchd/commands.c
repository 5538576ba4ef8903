/* POST /v1/commands: lines, numbers, results, receipts (protocol section 4). What a kind does is in
 * command_apply() and behind. */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "dispatchd/commands_p.h"

/* A line being worked on. Everything borrowed from the roots lives until line_free. */
struct line {
    struct call *call;
    int64_t i;
    struct json *line_root, *body_root; /* owned */
    struct wire_cmd_line wire;
    struct cmd_body body;
    const char *code; /* of a body that cannot be applied; NULL = good */
    const char *text; /* as it came */
    size_t len;
    char hash[GW_HASH_HEX + 1];
    struct store_device device;  /* the author's */
    const struct person *author; /* NULL until the device is known */
    bool gap;
    bool foreign; /* brought by another device than the author's */
    bool closed;  /* the device, while its session still stood */
};

static void line_free(struct line *line)
{
    json_free(line->body_root);
    json_free(line->line_root);
}

/* ---- result lines */

static enum gw_err put_result(struct call *call, const struct wire_result *result)
{
    struct gw_buf *out = &call->out->body;
    enum gw_err err = wire_result_encode(result, out);
    call->core->stats.results[result->result]++;
    return err ? err : gw_buf_adds(out, "\n");
}

/* For lines of which nothing is stored. */
static enum gw_err put_unstored(const struct line *line, int64_t n, enum cmd_result result,
                                const char *code)
{
    struct wire_result answer = {
        .i = line->i,
        .n = n > 0 ? n : -1,
        .result = result,
        .seq = -1,
        .at = core_wall(line->call->core),
        .code = code,
    };
    return put_result(line->call, &answer);
}

/* The stored line without {"i":N, is put behind the present index. */
static enum gw_err put_again(const struct line *line, const char *answer)
{
    struct gw_buf *out = &line->call->out->body;
    return gw_buf_addf(out, "{\"i\":%lld,%s\n", (long long)line->i, answer);
}

/* ---- is the line one that counts? */

/* GW_OK, or GW_REFUSED with the answer written. */
static enum gw_err read_line(struct line *line, const char *text, size_t len)
{
    struct core *core = line->call->core;
    const char *code = NULL;
    enum gw_err err = GW_INVALID;
    if ((int64_t)len <= core->limits.line) {
        err = wire_cmd_line_decode(text, len, &line->wire, &line->line_root, NULL);
    }
    if (!err) {
        err = wire_body_decode(line->wire.body, strlen(line->wire.body), &line->body,
                               &line->body_root, &code, NULL);
    }
    if (err == GW_NOMEM) {
        return err;
    }
    bool lost = err && !code;
    if (lost || (line->body.n == 1 && line->body.prev[0] != '\0')) {
        err = put_unstored(line, lost ? -1 : line->body.n, RESULT_REJECTED, "bad-line");
        return err ? err : GW_REFUSED;
    }
    line->code = err ? code : NULL;
    return GW_OK;
}

/* The device that signed, and its user. GW_ABSENT: not known. */
static enum gw_err find_author(struct line *line, struct gw_fail *fail)
{
    struct call *call = line->call;
    struct store *store = call->core->store;
    enum gw_err err = store->ops->device_get(store, line->wire.key, &line->device, fail);
    line->foreign = !err && strcmp(line->device.id, call->session->device) != 0;
    line->author = call->person;
    return err || !line->foreign ? err
                                 : person_of(call->core, line->device.user, &line->author, fail);
}

static bool signature_ok(const struct line *line)
{
    uint8_t sig[GW_SIGN_BYTES];
    const char *body = line->wire.body;
    return gw_b64url_decode(line->wire.sig, sig, sizeof sig) &&
           gw_sign_ok(line->device.public_key, CMD_SIGN_PREFIX, body, strlen(body), sig);
}

/* NULL when key, device and signature are good, else the code. When the caller's own device was
 * closed since it signed in, its work must not end here as rejected: it stays unsent, the next
 * request tells the console, and a new enrolment signs it anew. What another device brings must be
 * whole, private part and all: nobody can spoil another's number by cutting something off. */
static enum gw_err author_code(struct line *line, const char **code, struct gw_fail *fail)
{
    enum gw_err err = find_author(line, fail);
    if (err && err != GW_ABSENT) {
        return err;
    }
    bool revoked = !err && line->device.revoked_at != 0;
    bool carried = line->foreign && command_travels(line->body.kind);
    line->closed = revoked && !line->foreign;
    if (line->closed) {
        line->call->core->gen++;
        *code = "busy";
    } else if (err || (revoked && !carried)) {
        *code = "unknown-key";
    } else if (!signature_ok(line)) {
        *code = "bad-signature";
    } else if (strcmp(line->body.dev, line->wire.key) != 0 || (line->foreign && !carried)) {
        *code = "wrong-device";
    } else if (line->foreign && !wire_private_fits(line->body_root, line->wire.priv)) {
        *code = "bad-line";
    } else {
        *code = NULL;
    }
    return GW_OK;
}

/* ---- numbers: replay, key-reuse, chain-fork */

struct found {
    const char *hash; /* to compare with */
    bool any, same;
    struct line *line;
    enum gw_err err;
};

static enum gw_err compare_same(void *ctx, const struct store_command *stored)
{
    struct found *found = ctx;
    found->any = true;
    found->same = strcmp(stored->hash, found->hash) == 0;
    if (found->same) {
        found->err = put_again(found->line, stored->answer);
    }
    return GW_OK;
}

static enum gw_err compare_hash(void *ctx, const struct store_command *stored)
{
    struct found *found = ctx;
    found->any = true;
    found->same = strcmp(stored->hash, found->hash) == 0;
    return GW_OK;
}

static enum gw_err compare_prev(void *ctx, const struct store_command *stored)
{
    struct found *found = ctx;
    found->any = true;
    found->same = strcmp(stored->prev, found->hash) == 0;
    return GW_OK;
}

static enum gw_err lookup(const struct line *line, int64_t n, store_each_command compare,
                          struct found *found, struct gw_fail *fail)
{
    struct store *store = line->call->core->store;
    enum gw_err err = store->ops->command_get(store, line->body.dev, n, compare, found, fail);
    return err == GW_ABSENT ? GW_OK : err ? err : found->err;
}

/* GW_OK: a new number with a fitting chain. GW_REFUSED: the answer is written. */
static enum gw_err check_number(struct line *line, struct gw_fail *fail)
{
    const struct cmd_body *b = &line->body;
    struct found same = {.hash = line->hash, .line = line};
    struct found before = {.hash = b->prev, .any = b->n == 1, .same = true};
    struct found after = {.hash = line->hash, .same = true};
    enum gw_err err = lookup(line, b->n, compare_same, &same, fail);
    if (!err && same.any) {
        err = same.same ? GW_OK : put_unstored(line, b->n, RESULT_KEY_REUSE, NULL);
        return err ? err : GW_REFUSED;
    }
    if (!err && b->n > 1) {
        err = lookup(line, b->n - 1, compare_hash, &before, fail);
    }
    err = err ? err : lookup(line, b->n + 1, compare_prev, &after, fail);
    if (!err && (!before.same || !after.same)) {
        err = put_unstored(line, b->n, RESULT_CHAIN_FORK, NULL);
        return err ? err : GW_REFUSED;
    }
    line->gap = !before.any;
    return err;
}

/* ---- deciding */

enum { CLOCK_UNSURE_MS = 60 * 1000 };

/* When the person did it, as far as his clock was known; never in the future. */
static int64_t acted_at(const struct cmd_body *b, int64_t now)
{
    if (b->off == INT64_MIN || b->unc == INT64_MIN || b->unc > CLOCK_UNSURE_MS) {
        return 0;
    }
    int64_t at = b->wall + b->off;
    return at <= 0 ? 0 : at < now ? at : now;
}

struct first {
    struct verdict *v;
    bool done;
};

/* The code of a stored answer, as one of our own words; NULL when it has none. */
static const char *stored_code(const char *answer)
{
    struct gw_buf text;
    struct json *root = NULL;
    const char *found = NULL;
    size_t n = 0;
    const char *const *codes = cmd_codes(&n);
    gw_buf_init(&text, JSON_LINE_MAX);
    if (gw_buf_addf(&text, "{%s", answer) == GW_OK &&
        json_parse(gw_buf_str(&text), text.len, 0, &root, NULL) == GW_OK) {
        const char *code = json_str(root, "code");
        for (size_t i = 0; code && i < n; i++) {
            found = strcmp(codes[i], code) == 0 ? codes[i] : found;
        }
    }
    json_free(root);
    gw_buf_free(&text);
    return found;
}

static enum gw_err duplicate_params(const struct store_command *stored, struct gw_buf *out)
{
    struct jw w;
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    jw_str(&w, "dev", stored->dev);
    jw_int(&w, "n", stored->n);
    jw_obj_end(&w);
    return jw_end(&w);
}

/* A second command with a uid that was answered before has the first one's result and no effect.
 * What was rejected had no effect either: it is looked at anew. */
static enum gw_err take_first(void *ctx, const struct store_command *stored)
{
    struct first *first = ctx;
    enum cmd_result result;
    if (!cmd_result_parse(stored->result, &result) || result == RESULT_REJECTED) {
        return GW_OK;
    }
    bool applied = result == RESULT_APPLIED;
    first->done = true;
    first->v->seq = stored->seq;
    verdict_set(first->v, result, applied ? "duplicate-uid" : stored_code(stored->answer));
    return applied ? duplicate_params(stored, &first->v->params) : GW_OK;
}

static enum gw_err decide(const struct line *line, struct command *c, struct verdict *v,
                          struct gw_fail *fail)
{
    struct store *store = c->core->store;
    struct first first = {v, false};
    enum gw_err err = store->ops->command_by_uid(store, c->body.uid, c->person->user.id, take_first,
                                                 &first, fail);
    bool kept = first.done && !line->code && cmd_is_process(c->body.kind);
    if ((err && err != GW_ABSENT) || first.done) {
        return err || !kept ? err : command_process_again(c, v, fail);
    }
    if (line->code) {
        verdict_set(v, RESULT_REJECTED, line->code);
        return GW_OK;
    }
    bool fits = wire_private_fits(line->body_root, line->wire.priv);
    /* A server that was restored from before the record gets it again from its author, who has
     * erased the private part meanwhile as the law asks: the record stands, the part stays erased.
     */
    c->bare = !fits && !line->wire.priv && !line->foreign && cmd_is_process(c->body.kind);
    if (!fits && !c->bare) {
        verdict_set(v, RESULT_REJECTED, "bad-private");
        return GW_OK;
    }
    return command_apply(c, v, fail);
}

/* Everything that a kind may look at. */
static void command_of(const struct line *line, struct command *out)
{
    struct core *core = line->call->core;
    *out = (struct command){
        .call = line->call,
        .core = core,
        .person = line->author,
        .device = &line->device,
        .line = line->text,
        .line_len = line->len,
        .hash = line->hash,
        .body = line->body,
        .root = line->body_root,
        .now = core_wall(core),
    };
    out->acted_at = acted_at(&out->body, out->now);
    if (!wire_cursor_parse(out->body.base, &out->base)) {
        out->base.epoch[0] = '\0';
    }
}

/* ---- storing */

static enum gw_err make_receipt(const struct line *line, const struct wire_result *result,
                                char out[GW_SIGN_B64 + 1])
{
    struct gw_buf text;
    uint8_t sig[GW_SIGN_BYTES];
    gw_buf_init(&text, 1024);
    enum gw_err err = wire_receipt_text(line->body.dev, line->body.n, line->hash, result->result,
                                        result->seq, result->at, &text);
    if (!err) {
        gw_sign(&line->call->core->meta.sign_key, RECEIPT_PREFIX, gw_buf_str(&text), text.len, sig);
        gw_b64url(sig, sizeof sig, out);
    }
    gw_buf_free(&text);
    return err;
}

static const char *text_or_null(const struct gw_buf *buf)
{
    return buf->len > 0 ? gw_buf_str(buf) : NULL;
}

static enum gw_err put_command(const struct line *line, const struct verdict *v,
                               const struct wire_result *result, const char *answer,
                               struct gw_fail *fail)
{
    struct store *store = line->call->core->store;
    struct wire_cursor base;
    const char *kind = json_str(line->body_root, "kind");
    struct store_command command = {
        .dev = line->body.dev,
        .n = line->body.n,
        .uid = line->body.uid,
        .user = line->author->user.id,
        .hash = line->hash,
        .prev = line->body.prev,
        .kind = kind ? kind : "",
        .entity = line->body.id,
        .base = line->body.base,
        .base_seq = wire_cursor_parse(line->body.base, &base) ? base.seq : -1,
        .body = line->wire.body,
        .sig = line->wire.sig,
        .priv = line->wire.priv,
        .result = cmd_result_name(result->result),
        .seq = result->seq,
        .at = result->at,
        .answer = answer,
        .effect = text_or_null(&v->effect),
        .gap = line->gap,
    };
    return store->ops->command_put(store, &command, fail);
}

/* Result line and command row in one go: what is answered is what is stored. */
static enum gw_err finish(const struct line *line, const struct command *c, const struct verdict *v,
                          struct gw_fail *fail)
{
    struct core *core = line->call->core;
    char receipt[GW_SIGN_B64 + 1];
    struct gw_buf text;
    struct wire_result result = {
        .n = line->body.n,
        .result = v->result,
        .seq = v->seq,
        .at = core_wall(core),
        .code = v->code,
        .params = text_or_null(&v->params),
        .note = line->gap ? "gap" : NULL,
        .receipt = receipt,
    };
    gw_buf_init(&text, 4096);
    enum gw_err err = make_receipt(line, &result, receipt);
    err = err ? err : wire_result_encode(&result, &text);
    if (err) {
        (void)gw_fail_set(fail, err, "result");
    }
    const char *answer = err ? NULL : strchr(gw_buf_str(&text), ','); /* behind {"i":0 */
    if (!err && v->carry) {
        err = v->carry(c, v, &(struct receipt){receipt, result.at}, fail);
    }
    err = err ? err : put_command(line, v, &result, answer + 1, fail);
    err = err ? err : put_again(line, answer + 1);
    if (!err) {
        core->stats.results[v->result]++;
        core->stats.quarantined += v->result == RESULT_QUARANTINED;
    }
    gw_buf_free(&text);
    return err;
}

static enum gw_err store_line(struct line *line, struct gw_fail *fail)
{
    struct verdict v = {.seq = -1};
    struct command c;
    command_of(line, &c);
    gw_buf_init(&v.params, PARAMS_MAX);
    gw_buf_init(&v.effect, EFFECT_MAX);
    enum gw_err err = decide(line, &c, &v, fail);
    err = err ? err : finish(line, &c, &v, fail);
    gw_buf_free(&v.params);
    gw_buf_free(&v.effect);
    return err;
}

static void cut(struct gw_buf *buf, size_t len)
{
    buf->len = len;
    if (buf->data) {
        buf->data[len] = '\0';
    }
}

static enum gw_err save_and_store(struct line *line, struct gw_fail *fail)
{
    struct core *core = line->call->core;
    size_t written = line->call->out->body.len;
    enum gw_err err = core_write(core, line->call->out, fail);
    err = err ? err : core->store->ops->save(core->store, fail);
    if (err) {
        return err;
    }
    err = store_line(line, fail);
    if (!err) {
        core->store->ops->save_keep(core->store);
        return GW_OK;
    }
    core->store->ops->save_undo(core->store);
    core->gen++; /* what the line cached is undone as well */
    if (!core_line_only(err)) {
        return err;
    }
    gw_log(GW_LOG_ERROR, "command %s.%lld: %s: %s", line->body.dev, (long long)line->body.n,
           gw_err_name(err), fail->text);
    cut(&line->call->out->body, written);
    return put_unstored(line, line->body.n, RESULT_RETRY, "busy");
}

static enum gw_err one_line(struct call *call, int64_t i, const char *text, size_t len,
                            struct gw_fail *fail)
{
    struct line line = {.call = call, .i = i, .text = text, .len = len};
    const char *code = NULL;
    enum gw_err err = read_line(&line, text, len);
    err = err ? err : author_code(&line, &code, fail);
    if (!err && code) {
        err = put_unstored(&line, line.body.n, line.closed ? RESULT_RETRY : RESULT_REJECTED, code);
    } else if (!err) {
        wire_cmd_hash(line.wire.body, strlen(line.wire.body), line.hash);
        err = check_number(&line, fail);
        err = err ? err : save_and_store(&line, fail);
    }
    line_free(&line);
    return err == GW_REFUSED ? GW_OK : err;
}

/* ---- the batch */

static bool batch_fits(struct call *call)
{
    const char *body = call->request->body;
    int64_t lines = 0;
    if ((int64_t)call->request->body_len > call->core->limits.batch_bytes) {
        answer_problem(call->out, 413, "too-large", "The batch has more bytes than limits allow.");
        return false;
    }
    for (size_t i = 0; i < call->request->body_len; i++) {
        lines += body[i] == '\n' || i + 1 == call->request->body_len;
    }
    if (lines > call->core->limits.batch_lines) {
        answer_problem(call->out, 413, "too-large", "The batch has more lines than limits allow.");
        return false;
    }
    return true;
}

void handle_commands(struct call *call)
{
    const char *at = call->request->body;
    const char *end = at + call->request->body_len;
    struct gw_fail fail = {.err = GW_OK};
    enum gw_err err = GW_OK;
    if (!batch_fits(call)) {
        return;
    }
    for (int64_t i = 0; at < end && !err; i++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t len = (size_t)((newline ? newline : end) - at);
        err = one_line(call, i, at, len, &fail);
        at += len + 1;
    }
    if (err) {
        core_break(call, err, &fail);
        return;
    }
    call->out->status = 200;
    call->out->content_type = "application/x-ndjson";
}
