#include "tests/kit/core_kit.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dispatchd/blobs.h"
#include "tests/kit/scratch.h"

/* Stops the test with the sentence: the kit's own steps never fail in a good build. */
static void must(enum gw_err err, const struct gw_fail *fail, const char *what)
{
    if (err) {
        (void)fprintf(stderr, "kit: %s: %s: %s\n", what, gw_err_name(err), fail->text);
        abort();
    }
}

static void check(bool claim, const char *what, const char *seen)
{
    if (!claim) {
        (void)fprintf(stderr, "kit: %s; seen: %s\n", what, seen);
        abort();
    }
}

/* ---- life */

static void start(struct core_kit *kit)
{
    struct gw_fail fail = {.err = GW_OK};
    struct store_opts opts = {
        .url = kit->url, .use = STORE_SERVE, .max_pages = kit->max_pages, .vfs = kit->vfs};
    struct core_opts core = {
        .clock = &kit->clock.clock,
        .random = &kit->random.random,
        .config = kit->config,
    };
    must(store_open(&opts, &kit->store, &fail), &fail, "open");
    opts = (struct store_opts){.url = kit->url, .use = STORE_ADMIN};
    must(store_open(&opts, &kit->admin, &fail), &fail, "open beside");
    core.store = kit->store;
    must(blobs_open(kit->url, BLOB_MAX, &kit->blobs, &fail), &fail, "blobs");
    core.blobs = kit->blobs;
    must(core_new(&core, &kit->core, &fail), &fail, "core");
}

static void stop(struct core_kit *kit)
{
    core_answer_free(&kit->answer);
    kit->answer = (struct core_answer){.status = 0};
    core_free(kit->core);
    blobs_close(kit->blobs);
    store_close(kit->admin);
    store_close(kit->store);
}

void core_kit_restart(struct core_kit *kit)
{
    stop(kit);
    start(kit);
}

static void begin(struct core_kit *kit)
{
    struct gw_fail fail = {.err = GW_OK};
    must(kit->admin->ops->begin(kit->admin, "test", &fail), &fail, "begin");
}

static void commit(struct core_kit *kit)
{
    struct gw_fail fail = {.err = GW_OK};
    must(kit->admin->ops->commit(kit->admin, &fail), &fail, "commit");
    core_refresh(kit->core);
}

static void add_user(struct core_kit *kit, const char *id, enum gw_role role, const char *path)
{
    struct gw_fail fail = {.err = GW_OK};
    struct store_user user = {.role = role};
    (void)snprintf(user.id, sizeof user.id, "%s", id);
    (void)snprintf(user.name, sizeof user.name, "name of %s", id);
    must(store_user_add(kit->admin, &user, CORE_T0, &fail), &fail, "user");
    must(store_grant(kit->admin, id, path, &fail), &fail, "grant");
}

void core_kit_user(struct core_kit *kit, const char *id, enum gw_role role, const char *path)
{
    begin(kit);
    add_user(kit, id, role, path);
    commit(kit);
}

void core_kit_close_device(struct core_kit *kit, const char *device)
{
    struct gw_fail fail = {.err = GW_OK};
    begin(kit);
    must(store_device_revoke(kit->admin, device, kit->clock.wall, &fail), &fail, "revoke");
    commit(kit);
}

void core_kit_backup(struct core_kit *kit, const char *file)
{
    struct gw_fail fail = {.err = GW_OK};
    must(kit->admin->ops->backup(kit->admin, file, &fail), &fail, "backup");
}

void core_kit_restore(struct core_kit *kit, const char *file)
{
    struct gw_fail fail = {.err = GW_OK};
    stop(kit);
    must(store_restore(kit->url, file, &kit->random.random, CORE_T0, &fail), &fail, "restore");
    start(kit);
}

static void add_community(struct core_kit *kit)
{
    static const char *const areas[] = {"CQ",   "CQ.500112", STREET, "CQ.500112.013.005",
                                        GRID_A, GRID_B};
    struct gw_fail fail = {.err = GW_OK};
    begin(kit);
    for (size_t i = 0; i < sizeof areas / sizeof areas[0]; i++) {
        must(kit->admin->ops->row_put(kit->admin, TYPE_GRID, areas[i], areas[i],
                                      "{\"name\":\"area\"}", 15, NULL, &fail),
             &fail, "grid");
    }
    add_user(kit, "w1", ROLE_WORKER, GRID_A);
    add_user(kit, "w2", ROLE_WORKER, GRID_B);
    add_user(kit, "lead", ROLE_LEADER, STREET);
    add_user(kit, "duty", ROLE_DUTY, STREET);
    add_user(kit, "clerk", ROLE_COMMITTEE, "CQ.500112.013.005");
    add_user(kit, "audit", ROLE_AUDITOR, STREET);
    add_user(kit, "root", ROLE_ADMIN, STREET);
    commit(kit);
}

void core_kit_open(struct core_kit *kit, const char *name)
{
    struct gw_fail fail = {.err = GW_OK};
    char path[400];
    *kit = (struct core_kit){.max_pages = 0};
    must(gw_crypto_init(), &fail, "crypto");
    gw_clock_fixed_init(&kit->clock, CORE_T0);
    gw_random_seeded_init(&kit->random, 7);
    (void)snprintf(kit->url, sizeof kit->url, "sqlite:%s", scratch_path(path, sizeof path, name));
    must(gw_config_load(core_settings, core_settings_n, NULL, &kit->config, &fail), &fail,
         "settings");
    must(store_init(kit->url, &kit->random.random, &fail), &fail, "init");
    start(kit);
    add_community(kit);
}

static void copy_file(const char *from, const char *to)
{
    static char block[256 * 1024];
    FILE *in = fopen(from, "rb");
    FILE *out = fopen(to, "wb");
    size_t n = 0;
    check(in && out, "a store to copy", from);
    while ((n = fread(block, 1, sizeof block, in)) > 0) {
        check(fwrite(block, 1, n, out) == n, "a copy", to);
    }
    (void)fclose(in); /* only read */
    check(fclose(out) == 0 && chmod(to, 0600) == 0, "a copy", to);
}

void core_kit_adopt(struct core_kit *kit, const char *from, const char *file)
{
    static const char *const beside[] = {"-wal", "-shm", ".lock"};
    struct gw_fail fail = {.err = GW_OK};
    char path[600];
    *kit = (struct core_kit){.max_pages = 0};
    gw_clock_fixed_init(&kit->clock, CORE_T0 + 3600 * 1000);
    gw_random_seeded_init(&kit->random, 8);
    for (size_t i = 0; i < sizeof beside / sizeof beside[0]; i++) {
        (void)snprintf(path, sizeof path, "%s%s", file, beside[i]);
        (void)unlink(path); /* of an earlier one */
    }
    copy_file(from, file);
    (void)snprintf(kit->url, sizeof kit->url, "sqlite:%s", file);
    must(gw_config_load(core_settings, core_settings_n, NULL, &kit->config, &fail), &fail,
         "settings");
    start(kit);
}

void core_kit_close(struct core_kit *kit)
{
    stop(kit);
    gw_config_free(kit->config);
}

void core_kit_source(struct core_kit *kit, const char *area)
{
    struct gw_fail fail = {.err = GW_OK};
    begin(kit);
    must(
        store_source_add(kit->admin, &kit->random.random, "sim", area, CORE_T0, kit->source, &fail),
        &fail, "source");
    commit(kit);
}

void core_kit_advance(struct core_kit *kit, int64_t ms)
{
    gw_clock_fixed_advance(&kit->clock, ms);
    (void)core_tick(kit->core); /* when it wants to come again is of no use here */
}

/* ---- admin */

void core_kit_put(struct core_kit *kit, enum gw_type type, const char *id, const char *path,
                  const char *body)
{
    struct gw_fail fail = {.err = GW_OK};
    begin(kit);
    must(kit->admin->ops->row_put(kit->admin, type, id, path, body, strlen(body), NULL, &fail),
         &fail, "put");
    commit(kit);
}

void core_kit_del(struct core_kit *kit, enum gw_type type, const char *id)
{
    struct gw_fail fail = {.err = GW_OK};
    begin(kit);
    must(kit->admin->ops->row_del(kit->admin, type, id, NULL, &fail), &fail, "del");
    commit(kit);
}

void core_kit_grant(struct core_kit *kit, const char *user, const char *path)
{
    struct gw_fail fail = {.err = GW_OK};
    begin(kit);
    must(store_grant(kit->admin, user, path, &fail), &fail, "grant");
    commit(kit);
}

void core_kit_revoke(struct core_kit *kit, const char *user, const char *path)
{
    struct gw_fail fail = {.err = GW_OK};
    begin(kit);
    must(store_revoke(kit->admin, user, path, kit->clock.wall, &fail), &fail, "revoke");
    commit(kit);
}

void core_kit_code(struct core_kit *kit, const char *user, char code[16])
{
    struct gw_fail fail = {.err = GW_OK};
    begin(kit);
    must(store_code_new(kit->admin, &kit->random.random, user, kit->clock.wall, 86400000, code,
                        &fail),
         &fail, "code");
    commit(kit);
}

/* ---- requests */

int core_kit_send(struct core_kit *kit, const struct core_request *request)
{
    struct gw_fail fail = {.err = GW_OK};
    core_answer_free(&kit->answer);
    must(core_turn_begin(kit->core, &fail), &fail, "turn");
    core_handle(kit->core, request, &kit->answer);
    must(core_turn_end(kit->core, &fail), &fail, "turn end");
    return kit->answer.status;
}

int core_kit_get(struct core_kit *kit, const char *path, const char *query, const char *bearer)
{
    struct core_request request = {.method = CORE_GET,
                                   .path = path,
                                   .query = query,
                                   .bearer = bearer,
                                   .body = "",
                                   .peer = "127.0.0.1"};
    return core_kit_send(kit, &request);
}

int core_kit_post(struct core_kit *kit, const char *path, const char *bearer, const char *type,
                  const char *body)
{
    struct core_request request = {.method = CORE_POST,
                                   .path = path,
                                   .query = "",
                                   .bearer = bearer,
                                   .content_type = type,
                                   .body = body,
                                   .body_len = strlen(body),
                                   .peer = "127.0.0.1"};
    return core_kit_send(kit, &request);
}

const char *core_kit_body(const struct core_kit *kit)
{
    return gw_buf_str(&kit->answer.body);
}

const char *core_kit_slug(struct core_kit *kit)
{
    static struct wire_problem problem;
    check(wire_problem_decode(core_kit_body(kit), kit->answer.body.len, &problem), "a problem",
          core_kit_body(kit));
    check(problem.status == kit->answer.status, "the same status", core_kit_body(kit));
    return problem.slug;
}

size_t core_kit_lines(const struct core_kit *kit)
{
    size_t n = 0;
    for (const char *at = core_kit_body(kit); (at = strchr(at, '\n')) != NULL; at++) {
        n++;
    }
    return n;
}

struct json *core_kit_line(const struct core_kit *kit, size_t i)
{
    struct gw_fail fail = {.err = GW_OK};
    struct json *root = NULL;
    const char *at = core_kit_body(kit);
    for (; i > 0 && at; i--) {
        at = strchr(at, '\n');
        at = at ? at + 1 : NULL;
    }
    if (!at || *at == '\0') {
        return NULL;
    }
    must(json_parse(at, strcspn(at, "\n"), 0, &root, &fail), &fail, "line");
    return root;
}

/* ---- consoles */

static void copy(char *out, size_t size, const struct json *root, const char *key)
{
    const char *text = json_str(root, key);
    check(text != NULL, key, "missing");
    (void)snprintf(out, size, "%s", text);
}

void core_kit_enroll(struct core_kit *kit, struct core_console *console, const char *user)
{
    char code[16];
    char key[GW_KEY_B64 + 1];
    char body[300];
    *console = (struct core_console){.n = 0};
    gw_sign_key_new(&console->key);
    gw_b64url(console->key.public_key, GW_KEY_BYTES, key);
    core_kit_code(kit, user, code);
    (void)snprintf(body, sizeof body,
                   "{\"code\":\"%s\",\"device_name\":\"laptop\",\"public_key\":\"%s\"}", code, key);
    int status = core_kit_post(kit, "/v1/enroll", NULL, "application/json", body);
    check(status == 201, "enrolled", core_kit_body(kit));
    struct json *root = core_kit_line(kit, 0);
    copy(console->device, sizeof console->device, root, "device");
    json_free(root);
    core_kit_token(kit, console);
}

void core_kit_token(struct core_kit *kit, struct core_console *console)
{
    char body[600];
    char nonce[64];
    uint8_t sig[GW_SIGN_BYTES];
    char sig_text[GW_SIGN_B64 + 1];
    (void)snprintf(body, sizeof body, "{\"device\":\"%s\"}", console->device);
    int status = core_kit_post(kit, "/v1/token", NULL, "application/json", body);
    check(status == 200, "nonce", core_kit_body(kit));
    struct json *root = core_kit_line(kit, 0);
    copy(nonce, sizeof nonce, root, "nonce");
    json_free(root);
    gw_sign(&console->key, TOKEN_PREFIX, nonce, strlen(nonce), sig);
    gw_b64url(sig, sizeof sig, sig_text);
    (void)snprintf(body, sizeof body, "{\"device\":\"%s\",\"nonce\":\"%s\",\"sig\":\"%s\"}",
                   console->device, nonce, sig_text);
    status = core_kit_post(kit, "/v1/token", NULL, "application/json", body);
    check(status == 200, "token", core_kit_body(kit));
    root = core_kit_line(kit, 0);
    copy(console->token, sizeof console->token, root, "token");
    json_free(root);
}

static void put_null_or(struct gw_buf *out, const char *key, int64_t value, bool null)
{
    enum gw_err err = null ? gw_buf_addf(out, "\"%s\":null,", key)
                           : gw_buf_addf(out, "\"%s\":%lld,", key, (long long)value);
    check(!err, "memory", key);
}

static void make_body(struct core_kit *kit, struct core_console *console,
                      const struct core_cmd *cmd, struct gw_buf *out)
{
    struct gw_uuid_gen uuids = {0, 0};
    char uid[GW_UUID_LEN + 1];
    char hash[GW_HASH_HEX + 1];
    gw_uuid7(&uuids, &kit->clock.clock, &kit->random.random, uid);
    bool bad =
        gw_buf_addf(out,
                    "{\"v\":1,\"uid\":\"%s\",\"dev\":\"%s\",\"n\":%lld,\"prev\":\"%s\","
                    "\"kind\":\"%s\",\"id\":\"%s\",\"base\":\"%s\",",
                    cmd->uid ? cmd->uid : uid, console->device, (long long)cmd->n,
                    cmd->prev ? cmd->prev : console->head, cmd->kind, cmd->id, console->base);
    if (cmd->expect) {
        bad = gw_buf_addf(out, "\"expect\":%s,", cmd->expect) || bad;
    }
    bad = gw_buf_addf(out, "\"t\":{\"wall\":%lld,",
                      (long long)(cmd->wall ? cmd->wall : kit->clock.wall)) ||
          bad;
    put_null_or(out, "off", cmd->off, cmd->unc < 0);
    put_null_or(out, "unc", cmd->unc, cmd->unc < 0);
    bad =
        gw_buf_addf(out, "\"boot\":\"b\",\"mono\":1},\"data\":%s", cmd->data ? cmd->data : "{}") ||
        bad;
    if (cmd->priv) {
        gw_sha256_hex2(cmd->priv, strlen(cmd->priv), NULL, 0, hash);
        bad = gw_buf_addf(out, ",\"priv\":\"%s\"", hash) || bad;
    }
    if (cmd->blobs) {
        bad = gw_buf_addf(out, ",\"blobs\":%s", cmd->blobs) || bad;
    }
    bad = gw_buf_adds(out, "}") || bad;
    check(!bad, "memory", "body");
}

void core_kit_make(struct core_kit *kit, struct core_console *console, const struct core_cmd *cmd,
                   struct gw_buf *out)
{
    struct core_cmd full = *cmd;
    struct gw_buf body;
    uint8_t sig[GW_SIGN_BYTES];
    char sig_text[GW_SIGN_B64 + 1];
    gw_buf_init(&body, 65536);
    full.n = cmd->n ? cmd->n : console->n + 1;
    make_body(kit, console, &full, &body);
    gw_sign(&console->key, CMD_SIGN_PREFIX, body.data, body.len, sig);
    sig[0] = (uint8_t)(sig[0] ^ (cmd->bad_sig ? 1 : 0));
    gw_b64url(sig, sizeof sig, sig_text);
    struct wire_cmd_line line = {body.data, console->device, sig_text, cmd->priv};
    bool bad = wire_cmd_line_encode(&line, out) || gw_buf_adds(out, "\n");
    check(!bad, "memory", "line");
    if (!cmd->bad_sig) {
        console->n = full.n;
        wire_cmd_hash(body.data, body.len, console->head);
    }
    gw_buf_free(&body);
}

struct json *core_kit_do(struct core_kit *kit, struct core_console *console,
                         const struct core_cmd *cmd)
{
    struct gw_buf line;
    gw_buf_init(&line, 262144);
    core_kit_make(kit, console, cmd, &line);
    int status = core_kit_post(kit, "/v1/commands", console->token, "application/x-ndjson",
                               gw_buf_str(&line));
    check(status == 200, "batch", core_kit_body(kit));
    gw_buf_free(&line);
    return core_kit_line(kit, 0);
}

void core_kit_expect(struct core_kit *kit, struct core_console *console, const char *kind,
                     const char *id, const char *data, const char *result, const char *code)
{
    struct core_cmd cmd = {.kind = kind, .id = id, .data = data};
    struct json *line = core_kit_do(kit, console, &cmd);
    const char *got = json_str(line, "code");
    check(strcmp(json_str(line, "result"), result) == 0, result, core_kit_body(kit));
    check(!code || (got && strcmp(got, code) == 0), code ? code : "", core_kit_body(kit));
    json_free(line);
}

/* ---- looking */

struct json *core_kit_row(struct core_kit *kit, enum gw_type type, const char *id)
{
    struct gw_fail fail = {.err = GW_OK};
    struct gw_buf body;
    struct json *root = NULL;
    gw_buf_init(&body, STORE_ROW_MAX);
    enum gw_err err = kit->admin->ops->row_get(kit->admin, type, id, &body, NULL, NULL, &fail);
    if (err != GW_ABSENT) {
        must(err, &fail, "row");
        must(json_parse(gw_buf_str(&body), body.len, STORE_ROW_MAX, &root, &fail), &fail, "row");
    }
    gw_buf_free(&body);
    return root;
}

void core_kit_alarm_is(struct core_kit *kit, const char *id, const char *key, const char *value)
{
    struct json *row = core_kit_row(kit, TYPE_ALARM, id);
    check(row != NULL, "alarm", id);
    const char *text = json_str(row, key);
    char said[400];
    (void)snprintf(said, sizeof said, "%s = %s, wanted %s", key, text ? text : "(none)",
                   value ? value : "(none)");
    check(value ? text && strcmp(text, value) == 0 : !text, "member", said);
    json_free(row);
}

int64_t core_kit_alarm_int(struct core_kit *kit, const char *id, const char *key)
{
    int64_t value = 0;
    struct json *row = core_kit_row(kit, TYPE_ALARM, id);
    check(row != NULL, "alarm", id);
    (void)json_int(row, key, &value); /* absent reads as 0 */
    json_free(row);
    return value;
}

int core_kit_events(struct core_kit *kit, const char *id, const char *kind)
{
    int n = 0;
    struct json *row = core_kit_row(kit, TYPE_ALARM, id);
    check(row != NULL, "alarm", id);
    for (const struct json *e = json_first(json_arr(row, "events")); e; e = json_next(e)) {
        n += strcmp(json_str(e, "kind"), kind) == 0;
    }
    json_free(row);
    return n;
}

int64_t core_kit_seq(struct core_kit *kit)
{
    int64_t seq = 0;
    struct gw_fail fail = {.err = GW_OK};
    must(kit->admin->ops->newest(kit->admin, &seq, &fail), &fail, "seq");
    return seq;
}

void core_kit_cursor(struct core_kit *kit, char out[96])
{
    struct gw_fail fail = {.err = GW_OK};
    struct store_meta meta;
    must(kit->admin->ops->meta(kit->admin, &meta, &fail), &fail, "meta");
    (void)snprintf(out, 96, "%s.%lld", meta.epoch, (long long)meta.seq);
}

void core_kit_ingest(struct core_kit *kit, const char *event, char out[GW_ID_MAX + 1])
{
    int status = core_kit_post(kit, "/v1/ingest", kit->source, "application/json", event);
    check(status == 202, "taken in", core_kit_body(kit));
    struct json *line = core_kit_line(kit, 0);
    const char *alarm = json_str(line, "alarm");
    (void)snprintf(out, GW_ID_MAX + 1, "%s", alarm ? alarm : "");
    json_free(line);
}
