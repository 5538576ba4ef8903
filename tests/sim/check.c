/* The checker: what must hold at the end of every run, and at every byte the server sends. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/json.h"
#include "api/wire.h"
#include "model/role.h"
#include "offline-db/mirror.h"
#include "tests/sim/sim.h"

/* ---- leaks */

static bool text_after(const char *line, const char *end, const char *key, char *out, size_t size)
{
    size_t len = strlen(key);
    const char *at = memmem(line, (size_t)(end - line), key, len);
    const char *stop = at != NULL ? memchr(at + len, '"', (size_t)(end - at) - len) : NULL;
    if (stop == NULL || (size_t)(stop - at) - len >= size) {
        return false;
    }
    (void)snprintf(out, size, "%.*s", (int)((size_t)(stop - at) - len), at + len);
    return true;
}

struct rights {
    struct store_user user;
    struct store_grant grants[STORE_SCOPES_MAX];
    size_t n;
};

static bool read_rights(struct sim *sim, const char *user, struct rights *out)
{
    struct gw_fail fail = {0};
    struct store *store = sim->admin;
    return store->ops->user_get(store, user, &out->user, &fail) == GW_OK &&
           store->ops->grants(store, user, out->grants, &out->n, &fail) == GW_OK;
}

static bool may_read(const struct rights *rights, enum gw_type type, const char *path)
{
    bool covered = false;
    for (size_t i = 0; i < rights->n; i++) {
        covered = covered || path_covers(rights->grants[i].path, path);
    }
    return covered && role_reads(rights->user.role, type);
}

void sim_check_leak(struct sim *sim, const char *user, const char *text, size_t len)
{
    struct rights rights;
    bool known = false;
    for (const char *at = text, *end = text + len; at < end;) {
        const char *nl = memchr(at, '\n', (size_t)(end - at));
        const char *stop = nl != NULL ? nl : end;
        char type[64], path[GW_PATH_MAX + 1], op[16];
        enum gw_type which;
        if (text_after(at, stop, "\"op\":\"", op, sizeof(op)) && strcmp(op, "put") == 0 &&
            text_after(at, stop, "\"type\":\"", type, sizeof(type)) &&
            text_after(at, stop, "\"path\":\"", path, sizeof(path))) {
            known = known || read_rights(sim, user, &rights);
            sim->leaks_seen++;
            if (!known || !entity_parse(type, &which) || !may_read(&rights, which, path)) {
                sim_trouble(sim, "leak: %s got a %s at %s", user, type, path);
            }
        }
        at = stop + 1;
    }
}

/* ---- the mirror, row by row */

struct compare {
    struct sim_client *client;
    struct gw_buf want, have;
    int64_t n[TYPE_N];
};

static void same_member(struct compare *c, const struct store_row *row, const struct json *member,
                        const struct json *mirror)
{
    const char *key = json_key(member);
    const struct json *found = json_first(mirror);
    while (found != NULL && strcmp(json_key(found), key) != 0) {
        found = json_next(found);
    }
    gw_buf_reset(&c->want);
    gw_buf_reset(&c->have);
    (void)json_print(member, &c->want); /* its ceiling is a row's */
    if (found != NULL) {
        (void)json_print(found, &c->have);
    }
    bool absent = found == NULL && strcmp(gw_buf_str(&c->want), "null") == 0;
    if (!absent && strcmp(gw_buf_str(&c->want), gw_buf_str(&c->have)) != 0) {
        sim_trouble(c->client->sim, "client %d: %s %s: %s is %.80s, should be %.80s", c->client->i,
                    entity_of(row->type)->name, row->id, key, gw_buf_str(&c->have),
                    gw_buf_str(&c->want));
    }
}

static void same_row(struct compare *c, const struct store_row *row, const struct json *mirror)
{
    struct json *body = NULL;
    struct gw_fail fail = {0};
    int64_t seq = -1;
    const char *path = json_str(mirror, "path");
    if (!json_int(mirror, "seq", &seq) || seq != row->seq || path == NULL ||
        strcmp(path, row->path) != 0) {
        sim_trouble(c->client->sim, "client %d: %s %s has seq %lld at %s, should be %lld at %s",
                    c->client->i, entity_of(row->type)->name, row->id, (long long)seq,
                    path != NULL ? path : "-", (long long)row->seq, row->path);
        return;
    }
    if (json_parse(row->body, row->body_len, STORE_ROW_MAX, &body, &fail) != GW_OK) {
        sim_trouble(c->client->sim, "server: %s is not JSON: %s", row->id, fail.text);
        return;
    }
    for (const struct json *m = json_first(body); m != NULL; m = json_next(m)) {
        same_member(c, row, m, mirror);
    }
    json_free(body);
}

static enum gw_err one_row(void *ctx, const struct store_row *row)
{
    struct compare *c = ctx;
    struct gw_buf text;
    struct json *mirror = NULL;
    gw_buf_init(&text, 2 * STORE_ROW_MAX);
    c->n[row->type]++;
    if (mirror_row_json(&c->client->home, row->type, row->id, &text) != GW_OK ||
        json_parse(gw_buf_str(&text), text.len, 2 * STORE_ROW_MAX, &mirror, NULL) != GW_OK) {
        sim_trouble(c->client->sim, "client %d: %s %s of seq %lld at %s is missing", c->client->i,
                    entity_of(row->type)->name, row->id, (long long)row->seq, row->path);
    } else {
        same_row(c, row, mirror);
    }
    json_free(mirror);
    gw_buf_free(&text);
    return GW_OK;
}

/* A scope that lies inside another one would count its rows twice. */
static bool is_inner(const struct rights *rights, size_t i)
{
    for (size_t k = 0; k < rights->n; k++) {
        if (k != i && path_covers(rights->grants[k].path, rights->grants[i].path)) {
            return true;
        }
    }
    return false;
}

static void check_mirror(struct sim_client *client)
{
    struct sim *sim = client->sim;
    struct compare c = {.client = client};
    struct rights rights;
    struct gw_fail fail = {0};
    int64_t counts[TYPE_N] = {0};
    gw_buf_init(&c.want, 2 * STORE_ROW_MAX);
    gw_buf_init(&c.have, 2 * STORE_ROW_MAX);
    if (!read_rights(sim, client->user, &rights)) {
        sim_trouble(sim, "server: no rights of %s", client->user);
        return;
    }
    for (size_t i = 0; i < rights.n; i++) {
        for (int t = 0; t < TYPE_N && !is_inner(&rights, i); t++) {
            if (role_reads(rights.user.role, (enum gw_type)t)) {
                (void)sim->admin->ops->row_each(sim->admin, (enum gw_type)t, rights.grants[i].path,
                                                "", 0, one_row, &c, &fail);
            }
        }
    }
    if (mirror_counts(&client->home, counts) != GW_OK) {
        sim_trouble(sim, "client %d: rows cannot be counted", client->i);
    }
    for (int t = 0; t < TYPE_N; t++) {
        if (counts[t] != c.n[t]) {
            sim_trouble(sim, "client %d: %lld rows of %s, should be %lld", client->i,
                        (long long)counts[t], entity_of((enum gw_type)t)->name, (long long)c.n[t]);
        }
    }
    gw_buf_free(&c.want);
    gw_buf_free(&c.have);
}

/* ---- the journal */

static int64_t query_int(struct home *home, const char *sql)
{
    sqlite3_stmt *st = NULL;
    int64_t n = -1;
    if (sqlite3_prepare_v2(gw_db_handle(home->db), sql, -1, &st, NULL) == SQLITE_OK &&
        sqlite3_step(st) == SQLITE_ROW) {
        n = sqlite3_column_int64(st, 0);
    }
    (void)sqlite3_finalize(st);
    return n;
}

static void check_journal(struct sim_client *client)
{
    struct sim *sim = client->sim;
    struct journal_counts counts;
    struct sync_status status;
    engine_status(client->engine, &status);
    if (status.phase != SYNC_LIVE) {
        sim_trouble(sim, "client %d: not live at the end: phase %d, %s", client->i,
                    (int)status.phase, status.problem);
    }
    if (journal_counts(&client->home, &counts) != GW_OK || counts.unsent != 0) {
        sim_trouble(sim, "client %d: stuck outbox, %lld unsent", client->i,
                    (long long)counts.unsent);
    }
    int64_t bad = query_int(&client->home, "SELECT count(*) FROM receipt WHERE good <> 1");
    if (bad != 0) {
        sim_trouble(sim, "client %d: %lld receipts do not verify", client->i, (long long)bad);
    }
    /* Every stored answer of a command that took a number has its receipt. */
    bad = query_int(&client->home,
                    "SELECT count(*) FROM journal j WHERE state IN ('applied', 'late', 'review', "
                    "'quarantined') AND NOT EXISTS (SELECT 1 FROM receipt r WHERE r.dev = j.dev "
                    "AND r.n = j.n)");
    if (bad != 0) {
        sim_trouble(sim, "client %d: %lld results without a receipt", client->i, (long long)bad);
    }
}

/* ---- what the server holds of the commands */

struct stored {
    struct sim *sim;
    uint8_t key[GW_KEY_BYTES];
    char prev_hash[GW_HASH_HEX + 1];
    int64_t prev_n;
    int64_t applied;
};

static enum gw_err one_command(void *ctx, const struct store_command *cmd)
{
    struct stored *s = ctx;
    uint8_t sig[GW_SIGN_BYTES];
    char hash[GW_HASH_HEX + 1];
    wire_cmd_hash(cmd->body, strlen(cmd->body), hash);
    enum cmd_result result;
    if (cmd_result_parse(cmd->result, &result)) {
        s->sim->results[result]++;
    }
    if (strcmp(hash, cmd->hash) != 0 || !gw_b64url_decode(cmd->sig, sig, sizeof(sig)) ||
        !gw_sign_ok(s->key, CMD_SIGN_PREFIX, cmd->body, strlen(cmd->body), sig)) {
        sim_trouble(s->sim, "server: command %s.%lld does not verify", cmd->dev, (long long)cmd->n);
    }
    bool follows = cmd->n == s->prev_n + 1;
    if (follows && strcmp(cmd->prev, s->prev_hash) != 0) {
        sim_trouble(s->sim, "server: chain of %s breaks at %lld", cmd->dev, (long long)cmd->n);
    }
    if (cmd->gap == follows) {
        sim_trouble(s->sim, "server: gap flag of %s.%lld is wrong", cmd->dev, (long long)cmd->n);
    }
    s->prev_n = cmd->n;
    (void)snprintf(s->prev_hash, sizeof(s->prev_hash), "%s", cmd->hash);
    return GW_OK;
}

static enum gw_err one_device(void *ctx, const struct store_device *device)
{
    struct stored s = {.sim = ctx};
    struct gw_fail fail = {0};
    memcpy(s.key, device->public_key, sizeof(s.key));
    s.sim->devices++;
    (void)s.sim->admin->ops->command_each(s.sim->admin, device->id, 0, one_command, &s, &fail);
    if (s.prev_n != device->n || strcmp(s.prev_hash, device->head) != 0) {
        sim_trouble(s.sim, "server: device %s says n %lld, its last command is %lld", device->id,
                    (long long)device->n, (long long)s.prev_n);
    }
    return GW_OK;
}

/* A refused command may be taken when it comes again under another key: any `applied` counts. */
struct takes {
    struct sim *sim;
    unsigned char *applied; /* by number of the note */
};

static enum gw_err one_take(void *ctx, const struct store_command *cmd)
{
    struct takes *takes = ctx;
    long long n = 0;
    const char *text = strstr(cmd->body, "\"text\":\"note ");
    if (strcmp(cmd->result, "applied") == 0 && strcmp(cmd->kind, "alarm.note") == 0 &&
        text != NULL && sscanf(text, "\"text\":\"note %lld\"", &n) == 1 && n > 0 &&
        n <= takes->sim->notes) {
        takes->applied[n] = 1;
    }
    return GW_OK;
}

static enum gw_err takes_of_device(void *ctx, const struct store_device *device)
{
    struct takes *takes = ctx;
    struct gw_fail fail = {0};
    return takes->sim->admin->ops->command_each(takes->sim->admin, device->id, 0, one_take, takes,
                                                &fail);
}

static enum gw_err note_result(void *ctx, const struct store_command *cmd)
{
    char *result = ctx;
    (void)snprintf(result, 16, "%s", cmd->result);
    return GW_OK;
}

/* Where the journal says that a command is, which the server does not have. */
static void say_journal(struct sim_client *client, const struct sim_issued *issued)
{
    sqlite3_stmt *st = NULL;
    sim_trouble(client->sim, "  journal of client %d, device %s:", client->i,
                client->home.id.device);
    if (sqlite3_prepare_v2(gw_db_handle(client->home.db),
                           "SELECT dev, n, kind, state, code, body IS NULL FROM journal WHERE uid "
                           "= ?1",
                           -1, &st, NULL) == SQLITE_OK) {
        (void)sqlite3_bind_text(st, 1, issued->uid, -1, SQLITE_STATIC);
        while (sqlite3_step(st) == SQLITE_ROW) {
            sim_trouble(client->sim, "    %s.%lld %s %s %s%s", sqlite3_column_text(st, 0),
                        (long long)sqlite3_column_int64(st, 1), sqlite3_column_text(st, 2),
                        sqlite3_column_text(st, 3), sqlite3_column_text(st, 4),
                        sqlite3_column_int(st, 5) ? " thinned" : "");
        }
    }
    (void)sqlite3_finalize(st);
}

static void check_commands(struct sim *sim, int64_t *noted)
{
    struct gw_fail fail = {0};
    *noted = 0;
    for (size_t i = 0; i < sim->issued_n; i++) {
        const struct sim_issued *issued = &sim->issued[i];
        const struct sim_client *client = &sim->clients[issued->client];
        char result[16] = "";
        enum gw_err err = sim->admin->ops->command_by_uid(sim->admin, issued->uid, client->user,
                                                          note_result, result, &fail);
        if (err == GW_ABSENT && !issued->lost && !issued->poison) {
            sim_trouble(sim, "lost command %s", issued->uid);
            say_journal(&sim->clients[issued->client], issued);
        }
        if (issued->poison && !issued->unsure && !issued->bent && result[0] != '\0' &&
            strcmp(result, "rejected") != 0) {
            sim_trouble(sim, "poison %s became %s", issued->uid, result);
        }
    }
}

/* Each effect once: the events of notes, whose texts are all different. */
struct notes {
    struct sim *sim;
    unsigned char *seen; /* by number of the note */
};

static enum gw_err one_event(void *ctx, const struct store_row *row)
{
    struct notes *notes = ctx;
    struct json *body = NULL;
    long long n = 0;
    if (json_parse(row->body, row->body_len, STORE_ROW_MAX, &body, NULL) != GW_OK) {
        sim_trouble(notes->sim, "server: event %s is not JSON", row->id);
        return GW_OK;
    }
    const char *text = json_str(body, "text");
    const char *kind = json_str(body, "kind");
    if (text != NULL && kind != NULL && strcmp(kind, "note") == 0 &&
        sscanf(text, "note %lld", &n) == 1 && n > 0 && n <= notes->sim->notes &&
        notes->seen[n]++ > 0) {
        sim_trouble(notes->sim, "an effect came twice: %s", text);
    }
    json_free(body);
    return GW_OK;
}

static void check_effects(struct sim *sim)
{
    struct notes notes = {sim, calloc((size_t)sim->notes + 1, 1)};
    struct takes takes = {sim, calloc((size_t)sim->notes + 1, 1)};
    struct gw_fail fail = {0};
    if (notes.seen == NULL || takes.applied == NULL) {
        abort();
    }
    (void)sim->admin->ops->device_each(sim->admin, takes_of_device, &takes, &fail);
    (void)sim->admin->ops->row_each(sim->admin, TYPE_ALARM_EVENT, "", "", 0, one_event, &notes,
                                    &fail);
    for (size_t i = 0; i < sim->issued_n; i++) {
        const struct sim_issued *issued = &sim->issued[i];
        const char *user = sim->clients[issued->client].user;
        char result[16] = "";
        long long n = 0;
        if (sscanf(issued->text, "note %lld", &n) != 1) {
            continue;
        }
        (void)sim->admin->ops->command_by_uid(sim->admin, issued->uid, user, note_result, result,
                                              &fail); /* absent: reported before */
        if (takes.applied[n] != notes.seen[n]) {
            sim_trouble(sim, "%s is %s and has %d events", issued->text,
                        result[0] != '\0' ? result : "not stored", notes.seen[n]);
            say_journal(&sim->clients[issued->client], issued);
        }
    }
    free(notes.seen);
    free(takes.applied);
}

void sim_check(struct sim *sim)
{
    struct gw_fail fail = {0};
    int64_t noted = 0;
    for (int i = 0; i < SIM_CLIENTS; i++) {
        struct sim_client *client = &sim->clients[i];
        if (client->engine == NULL) {
            sim_trouble(sim, "client %d: not running at the end", i);
            continue;
        }
        struct mirror_state state = {.incidents = 0};
        check_journal(client);
        check_mirror(client);
        if (mirror_state(&client->home, &state) == GW_OK) {
            sim->incidents += state.incidents;
        }
        if (state.incidents !=
            0) { /* the digest heals, but with all rules kept it has nothing to heal */
            sim_trouble(sim, "client %d: the digest found %lld differences", i,
                        (long long)state.incidents);
        }
    }
    (void)sim->admin->ops->device_each(sim->admin, one_device, sim, &fail);
    check_commands(sim, &noted);
    check_effects(sim);
}
