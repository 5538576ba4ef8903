/* A home for practice: made, reset, its clock, its prepared village, its second person. */
#include "offline-db/practice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsutil.h"
#include "offline-db/process_p.h"

enum { FILE_MAX = 256 * 1024, NINE_HOURS = 9 * 3600000 };

#define SECOND "practice-2"

enum gw_err practice_dir(char *out, size_t size, struct gw_fail *fail)
{
    const char *state = getenv("XDG_STATE_HOME");
    const char *user = getenv("HOME");
    int n = -1;
    if (state && *state) {
        n = snprintf(out, size, "%s/gridward-practice", state);
    } else if (user && *user) {
        n = snprintf(out, size, "%s/.local/state/gridward-practice", user);
    }
    return n >= 0 && (size_t)n < size
               ? GW_OK
               : gw_fail_set(
                     fail, GW_INVALID,
                     _("There is no usable name for the practice folder. Name one: gridward "
                       "--home DIR practice"));
}

enum gw_err practice_refuse(const struct home *home, struct gw_fail *fail)
{
    return home->practice
               ? gw_fail_set(fail, GW_REFUSED,
                             _("This is practice: nothing of it is ever sent, bundled, exported as "
                               "evidence or enrolled. For a real election start gridward without "
                               "“practice”."))
               : GW_OK;
}

const char *practice_mark(const struct home *home)
{
    return home->practice ? _("PRACTICE") : NULL;
}

/* ---- the prepared village */

static enum gw_err read_file(struct json **out, struct gw_fail *fail)
{
    char dir[1200];
    char path[1300];
    struct gw_buf text;
    gw_buf_init(&text, FILE_MAX);
    enum gw_err err = process_rules_dir(dir, sizeof dir);
    err = err ? err : gw_path_join(path, sizeof path, dir, "practice/village.json");
    err = err ? err : gw_file_read(path, &text, fail);
    err = err ? err : json_parse(gw_buf_str(&text), text.len, FILE_MAX, out, fail);
    gw_buf_free(&text);
    return err;
}

struct village {
    struct home *home;
    struct wire_decoder *decoder;
    int64_t seq;
    const char *path;
};

static enum gw_err put_row(struct village *v, const char *type, const char *id, struct gw_buf *row,
                           struct gw_fail *fail)
{
    struct wire_rec rec;
    struct gw_buf line;
    gw_buf_init(&line, JSON_LINE_MAX);
    enum gw_err err = gw_buf_addf(&line,
                                  "{\"seq\":%lld,\"op\":\"put\",\"type\":\"%s\",\"id\":\"%s\","
                                  "\"path\":\"%s\",\"row\":%s}",
                                  (long long)++v->seq, type, id, v->path, gw_buf_str(row));
    err = err ? err : wire_rec_decode(v->decoder, gw_buf_str(&line), line.len, &rec, fail);
    err = err ? err : mirror_page_rec(v->home, &rec, fail);
    gw_buf_free(&line);
    return err;
}

/* Members as they stand in the file: key, value, … up to NULL. */
static enum gw_err put(struct village *v, const char *type, const char *id,
                       const char *const *members, struct gw_fail *fail)
{
    struct gw_buf row;
    struct jw w;
    gw_buf_init(&row, 8192);
    jw_begin(&w, &row);
    jw_obj(&w, NULL);
    for (; *members; members += 2) {
        jw_str(&w, members[0], members[1]);
    }
    jw_obj_end(&w);
    enum gw_err err = jw_end(&w);
    err = err ? err : put_row(v, type, id, &row, fail);
    gw_buf_free(&row);
    return err;
}

static enum gw_err put_signer(struct village *v, const char *dev, const char *name,
                              struct gw_fail *fail)
{
    char key[GW_KEY_B64 + 2];
    gw_b64url(v->home->key.public_key, GW_KEY_BYTES, key);
    const char *const members[] = {"device",   dev,  "user", dev,
                                   "name",     name, "role", role_name(ROLE_COMMITTEE),
                                   "sign_key", key,  NULL};
    return put(v, "signer", dev, members, fail);
}

static enum gw_err put_people(struct village *v, const struct json *root, struct gw_fail *fail)
{
    enum gw_err err = GW_OK;
    int n = 0;
    for (const struct json *r = json_first(json_arr(root, "residents")); r && !err;
         r = json_next(r)) {
        char id[32];
        (void)snprintf(id, sizeof id, "practice-r%d", ++n);
        const char *population = json_str(r, "population"); /* of the others: "01", hukou here */
        const char *const members[] = {
            "name",       json_str(r, "name"),  "sex",        json_str(r, "sex"),
            "birth_date", json_str(r, "birth"), "population", population ? population : "01",
            NULL};
        err = put(v, "resident", id, members, fail);
    }
    return err;
}

static enum gw_err put_village(struct village *v, const struct json *root, struct gw_fail *fail)
{
    const struct json *place = json_obj(root, "village");
    const char *const members[] = {"level", "community", "name", json_str(place, "name"), NULL};
    change_mask changed = 0;
    enum gw_err err = mirror_page_begin(v->home, fail);
    if (err) {
        return err;
    }
    err = put(v, "grid", v->path, members, fail);
    err = err ? err : put_signer(v, PRACTICE_USER, json_str(place, "clerk"), fail);
    err = err ? err : put_signer(v, SECOND, json_str(place, "second"), fail);
    err = err ? err : put_people(v, root, fail);
    if (err) {
        mirror_page_drop(v->home);
        return err;
    }
    return mirror_page_end(v->home, NULL, &changed, fail);
}

/* As a server would have granted it, so that screens know which village this is. */
static enum gw_err grant(struct home *home, const char *path, struct gw_fail *fail)
{
    bool epoch = false;
    change_mask changed = 0;
    struct mirror_job job;
    struct wire_hello *hello = calloc(1, sizeof *hello);
    if (!hello) {
        return GW_NOMEM;
    }
    ODB_COPY(hello->epoch, "practice");
    ODB_COPY(hello->cursor, "practice.1");
    ODB_COPY(hello->tag, "practice");
    hello->types = ((uint32_t)1 << TYPE_N) - 1;
    ODB_COPY(hello->scopes[0].path, path);
    hello->scopes[0].granted = 1;
    hello->scopes_n = 1;
    enum gw_err err = mirror_hello(home, hello, &epoch, &changed, fail);
    free(hello);
    while (!err && mirror_next_job(home, &job) == GW_OK) {
        err = mirror_page_begin(home, fail);
        err = err ? err : mirror_job_page_end(home, &job, "practice.1", NULL, true, &changed, fail);
    }
    return err ? err : mirror_clock_set(home, 0, 1);
}

static enum gw_err settle(struct home *home, struct gw_fail *fail)
{
    struct json *root = NULL;
    struct village v = {.home = home, .seq = 1};
    enum gw_err err = read_file(&root, fail);
    const char *path = json_str(json_obj(root, "village"), "path");
    if (!err && (!path || !path_ok(path))) {
        err = gw_fail_set(fail, GW_INVALID,
                          _("The file practice/village.json of the rules names no "
                            "village. Install the rule files again."));
    }
    v.path = path;
    err = err ? err : grant(home, path, fail);
    err = err ? err : wire_decoder_new(&v.decoder);
    err = err ? err : put_village(&v, root, fail);
    wire_decoder_free(v.decoder);
    json_free(root);
    return err;
}

/* ---- made and reset */

/* The mark comes first: a stop in between leaves a home that is for practice and not yet ready. */
static enum gw_err mark(struct home *home, struct gw_fail *fail)
{
    enum gw_err err = odb_begin(home, GW_DURABLE_FULL, "practice", fail);
    if (err) {
        return err;
    }
    err = gw_db_run(home->db, process_stmt(home, SQL_PRACTICE_MARK), fail);
    err = odb_end(home, err, fail);
    if (!err) {
        home_practice_load(home);
    }
    return err;
}

static enum gw_err become(struct home *home, struct gw_fail *fail)
{
    struct gw_sign_key key;
    struct identity id = {.role = ROLE_COMMITTEE, .name = PRACTICE_USER};
    gw_sign_key_new(&key);
    id.enrolled_at = home->clock->wall_ms(home->clock->ctx);
    ODB_COPY(id.device, PRACTICE_USER);
    ODB_COPY(id.user, PRACTICE_USER);
    ODB_COPY(id.name, _("Practice"));
    enum gw_err err = home_enrol(home, &id, &key, fail);
    gw_wipe(&key, sizeof key);
    return err;
}

enum gw_err practice_make(struct home *home, struct gw_fail *fail)
{
    if (home->enrolled && !home->practice) {
        return gw_fail_set(fail, GW_REFUSED,
                           _("%s is the folder of a real device. Practise in another one: gridward "
                             "--home DIR practice"),
                           home->dir);
    }
    if (home->enrolled) {
        return GW_OK;
    }
    enum gw_err err = mark(home, fail);
    err = err ? err : settle(home, fail);
    return err ? err : become(home, fail); /* last: whoever is enrolled has everything */
}

enum gw_err practice_reset(struct home *home, struct gw_fail *fail)
{
    if (!home->practice) {
        return home->enrolled ? practice_make(home, fail) : GW_OK; /* the refusal */
    }
    return home_leave(home, fail);
}

/* ---- the clock */

enum gw_err practice_day(struct home *home, gw_day day, struct gw_fail *fail)
{
    int64_t now = home->clock->wall_ms(home->clock->ctx);
    int64_t ahead = day == DAY_NONE ? 0 : day_start_ms(day) + NINE_HOURS - now;
    if (!home->practice || ahead <= 0) {
        return GW_OK;
    }
    enum gw_err err = odb_begin(home, GW_DURABLE_NORMAL, "practice", fail);
    if (err) {
        return err;
    }
    sqlite3_stmt *st = process_stmt(home, SQL_PRACTICE_SHIFT);
    gw_bind_int(st, ":ahead", ahead);
    err = odb_end(home, gw_db_run(home->db, st, fail), fail);
    home->p->shift_ms += err ? 0 : ahead;
    return err;
}

gw_day practice_next_day(const struct process_case *c, gw_day today)
{
    gw_day next = DAY_NONE;
    for (size_t i = 0; i < procedure_calendar(c->state); i++) {
        const struct cal_line *line = procedure_cal(c->state, i);
        bool ahead = line->plan != DAY_NONE && line->plan > today;
        if (ahead && !line->done && line->applies && (next == DAY_NONE || line->plan < next)) {
            next = line->plan;
        }
    }
    return next;
}

/* ---- example answers */

static bool is_taken(const struct practice_form *form, const char *step, const char *subject)
{
    const struct slot *slot =
        form->c && subject ? procedure_slot_of(form->c->state, step, subject) : NULL;
    return slot && (slot->record || slot->rivals_n > 0);
}

/* "D-3": a day counted from the anchor, so that the example fits whatever day was chosen. */
static void set_member(const struct practice_form *form, const struct json *member)
{
    const char *text = json_text(member);
    char day[DAY_TEXT + 1];
    if (text && form->c && strncmp(text, "D", 1) == 0 && strspn(text + 1, "+-0123456789") > 0 &&
        text[1 + strspn(text + 1, "+-0123456789")] == '\0') {
        day_print(form->c->row.polling_day + atoi(text + 1), day);
        text = day;
    }
    if (text && json_key(member) && strcmp(json_key(member), "step") != 0) {
        form->set(form->ctx, json_key(member), text);
    }
}

void practice_answers(const char *step, const struct practice_form *form)
{
    struct json *root = NULL;
    if (read_file(&root, NULL)) {
        return; /* forms are empty then, as real ones are */
    }
    const struct json *a = json_first(json_arr(root, "answers"));
    while (a && (!json_str(a, "step") || strcmp(json_str(a, "step"), step) != 0 ||
                 is_taken(form, step, json_str(a, "subject")))) {
        a = json_next(a);
    }
    for (const struct json *m = a ? json_first(a) : NULL; m; m = json_next(m)) {
        set_member(form, m);
    }
    json_free(root);
}

/* ---- the second person */

struct second {
    int64_t n; /* of all procedures */
    char head[GW_HASH_HEX + 1];
    int64_t pn; /* of this one */
    char pprev[GW_HASH_HEX + 1];
};

static enum gw_err second_stands(struct home *home, const char *process, struct second *s)
{
    sqlite3_stmt *st = process_stmt(home, SQL_PRACTICE_SECOND);
    gw_bind_text(st, ":dev", SECOND);
    gw_bind_text(st, ":id", process);
    enum gw_err err = odb_row(home, st, NULL);
    if (!err) {
        s->n = gw_col_int(st, 0);
        s->pn = gw_col_int(st, 1);
        ODB_COL(st, 2, s->head);
        ODB_COL(st, 3, s->pprev);
    }
    odb_reset(st);
    return err;
}

static enum gw_err second_line(struct home *home, const struct cmd_body *body, struct gw_buf *line,
                               char hash[GW_HASH_HEX + 1])
{
    struct gw_buf text;
    uint8_t sig[GW_SIGN_BYTES];
    char sig_text[GW_SIGN_B64 + 2];
    gw_buf_init(&text, CMD_BODY_MAX);
    enum gw_err err = wire_body_encode(body, &text);
    if (!err) {
        gw_sign(&home->key, CMD_SIGN_PREFIX, gw_buf_str(&text), text.len, sig);
        gw_b64url(sig, sizeof sig, sig_text);
        wire_cmd_hash(gw_buf_str(&text), text.len, hash);
        const struct wire_cmd_line in = {gw_buf_str(&text), body->dev, sig_text, NULL};
        err = wire_cmd_line_encode(&in, line);
    }
    gw_buf_free(&text);
    return err;
}

static enum gw_err second_put(struct home *home, const struct cmd_body *body, const char *line,
                              const char *hash, struct gw_fail *fail)
{
    enum gw_err err = odb_begin(home, GW_DURABLE_FULL, "practice", fail);
    if (err) {
        return err;
    }
    sqlite3_stmt *st = process_stmt(home, SQL_PRACTICE_PUT);
    gw_bind_text(st, ":dev", body->dev);
    gw_bind_int(st, ":n", body->n);
    gw_bind_text(st, ":id", body->id);
    gw_bind_text(st, ":hash", hash);
    gw_bind_text(st, ":line", line);
    gw_bind_int(st, ":at", body->wall);
    return odb_end(home, gw_db_run(home->db, st, fail), fail);
}

enum gw_err practice_cosign(struct home *home, const char *process, const char *target,
                            struct gw_fail *fail)
{
    struct second s = {.n = 0};
    struct gw_buf line;
    struct json *seen = NULL;
    char uid[GW_UUID_LEN + 1], hash[GW_HASH_HEX + 1] = "", list[GW_HASH_HEX + 8];
    (void)snprintf(list, sizeof list, "[\"%s\"]", target);
    gw_uuid7(&home->uuids, home->clock, home->random, uid);
    gw_buf_init(&line, JSON_LINE_MAX);
    enum gw_err err = second_stands(home, process, &s);
    err = err ? err : json_parse(list, strlen(list), 0, &seen, fail);
    struct cmd_body body = {.v = 1,
                            .uid = uid,
                            .dev = SECOND,
                            .n = s.n + 1,
                            .prev = s.head,
                            .kind = CMD_PROCESS_COSIGN,
                            .id = process,
                            .base = "",
                            .wall = home->clock->wall_ms(home->clock->ctx),
                            .off = 0,
                            .unc = 1,
                            .boot = gw_boot_id(),
                            .mono = 1,
                            .seen = seen};
    cmd_data_init(&body.data);
    body.data.pn = s.pn + 1;
    body.data.pprev = s.pprev;
    body.data.target = target;
    err = err ? err : second_line(home, &body, &line, hash);
    err = err ? err : second_put(home, &body, gw_buf_str(&line), hash, fail);
    gw_buf_free(&line);
    json_free(seen);
    return err;
}
