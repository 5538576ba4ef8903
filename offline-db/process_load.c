/* One procedure, whole: steps of the mirror, own ones that are not delivered, and those of peers,
 * put through the rule set it was opened with. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "offline-db/process_p.h"
#include "rules/ruleset_load.h"

enum { CASE_MEMORY = 256 * 1024 * 1024, GROW_FIRST = 64 };

/* ---- the list of steps, growing inside the arena */

struct gather {
    struct process_case *c;
    size_t cap;
    struct gw_fail *fail;
};

static enum gw_err no_memory(struct gw_fail *fail)
{
    return gw_fail_set(fail, GW_NOMEM, _("There is no memory left. Close other programs."));
}

static enum gw_err grow(struct gather *g)
{
    struct process_case *c = g->c;
    if (c->steps_n < g->cap) {
        return GW_OK;
    }
    size_t cap = g->cap ? g->cap * 2 : GROW_FIRST;
    struct ev_step **steps = gw_arena_alloc(&c->arena, cap, sizeof *steps);
    struct ev_export_line *lines = gw_arena_alloc(&c->arena, cap, sizeof *lines);
    if (!steps || !lines) {
        return no_memory(g->fail);
    }
    if (c->steps_n > 0) {
        memcpy(steps, c->steps, c->steps_n * sizeof *steps);
        memcpy(lines, c->lines, c->steps_n * sizeof *lines);
    }
    c->steps = steps;
    c->lines = lines;
    g->cap = cap;
    return GW_OK;
}

static enum step_status status_of(const char *name)
{
    enum cmd_state state;
    if (!name || !cmd_state_parse(name, &state)) {
        return STEP_OWN;
    }
    switch (state) {
    case CMD_APPLIED:
        return STEP_APPLIED;
    case CMD_LATE:
        return STEP_LATE;
    case CMD_QUARANTINED:
        return STEP_QUARANTINED;
    default:
        return STEP_OWN;
    }
}

/* A line that cannot be read (of a newer program) stays out of the set here and in the store. */
static enum gw_err add(struct gather *g, const char *line, const struct ev_export_line *about)
{
    struct process_case *c = g->c;
    struct ev_step *step = NULL;
    enum gw_err err = grow(g);
    err = err ? err : evidence_step(&c->arena, line, strlen(line), &step, g->fail);
    if (err == GW_INVALID) {
        return GW_OK;
    }
    if (err) {
        return err;
    }
    struct ev_export_line *out = &c->lines[c->steps_n];
    *out = *about;
    out->line = gw_arena_text(&c->arena, line);
    out->status = gw_arena_text(&c->arena, about->status ? about->status : "");
    out->receipt = gw_arena_text(&c->arena, about->receipt ? about->receipt : "");
    out->result = about->result ? gw_arena_text(&c->arena, about->result) : out->status;
    if (!out->line || !out->status || !out->receipt || !out->result) {
        return no_memory(g->fail);
    }
    step->status = status_of(about->status);
    step->recv_at = about->recv_at;
    step->seq = about->seq;
    c->steps[c->steps_n++] = step;
    return GW_OK;
}

static enum gw_err mirror_steps(struct home *home, const char *id, struct gather *g)
{
    sqlite3_stmt *st = process_stmt(home, SQL_PR_STEPS);
    gw_bind_text(st, ":id", id);
    enum gw_err err = odb_row(home, st, g->fail);
    while (!err) {
        const struct ev_export_line about = {.status = gw_col_text(st, 1),
                                             .receipt = gw_col_text(st, 2),
                                             .recv_at = gw_col_int(st, 3),
                                             .seq = gw_col_text(st, 4) ? gw_col_int(st, 4) : -1,
                                             .result = gw_col_text(st, 5)};
        const char *line = gw_col_text(st, 0);
        err = line ? add(g, line, &about) : GW_OK;
        err = err ? err : odb_row(home, st, g->fail);
    }
    odb_reset(st);
    return err == GW_ABSENT ? GW_OK : err;
}

/* "" until the server has answered: a status is the server's word. */
static const char *answered(const char *state)
{
    return strcmp(state, "pending") == 0 || strcmp(state, "sent") == 0 ? "" : state;
}

/* State, then receipt, at, seq, result from column `first` on. */
static struct ev_export_line about_waiting(sqlite3_stmt *st, int first)
{
    const char *receipt = gw_col_text(st, first + 1);
    return (struct ev_export_line){.status = answered(gw_col_text(st, first)),
                                   .receipt = receipt,
                                   .recv_at = receipt ? gw_col_int(st, first + 2) : 0,
                                   .seq = receipt ? gw_col_int(st, first + 3) : -1,
                                   .result = receipt ? gw_col_text(st, first + 4) : NULL};
}

static enum gw_err own_steps(struct home *home, const char *id, struct gather *g)
{
    struct gw_buf line;
    gw_buf_init(&line, JSON_LINE_MAX);
    sqlite3_stmt *st = process_stmt(home, SQL_PR_OWN_STEPS);
    gw_bind_text(st, ":id", id);
    enum gw_err err = odb_row(home, st, g->fail);
    while (!err) {
        const struct wire_cmd_line in = {.body = gw_col_text(st, 0),
                                         .key = gw_col_text(st, 1),
                                         .sig = gw_col_text(st, 2),
                                         .priv = gw_col_text(st, 3)};
        const struct ev_export_line about = about_waiting(st, 4);
        gw_buf_reset(&line);
        err = wire_cmd_line_encode(&in, &line);
        err = err ? err : add(g, gw_buf_str(&line), &about);
        err = err ? err : odb_row(home, st, g->fail);
    }
    odb_reset(st);
    gw_buf_free(&line);
    return err == GW_ABSENT ? GW_OK : err;
}

static enum gw_err foreign_steps(struct home *home, const char *id, struct gather *g)
{
    sqlite3_stmt *st = process_stmt(home, SQL_PR_FOREIGN_STEPS);
    gw_bind_text(st, ":id", id);
    enum gw_err err = odb_row(home, st, g->fail);
    while (!err) {
        const struct ev_export_line about = about_waiting(st, 1);
        err = add(g, gw_col_text(st, 0), &about);
        err = err ? err : odb_row(home, st, g->fail);
    }
    odb_reset(st);
    return err == GW_ABSENT ? GW_OK : err;
}

/* ---- signers: those whose steps are here */

static bool signed_here(const struct process_case *c, const char *dev)
{
    for (size_t i = 0; i < c->steps_n; i++) {
        if (strcmp(c->steps[i]->dev, dev) == 0) {
            return true;
        }
    }
    return false;
}

static enum gw_err add_signer(struct process_case *c, sqlite3_stmt *st, size_t *cap,
                              struct gw_fail *fail)
{
    if (c->signers_n == *cap) {
        size_t more = *cap ? *cap * 2 : 8;
        struct ev_signer *list = gw_arena_alloc(&c->arena, more, sizeof *list);
        if (!list) {
            return no_memory(fail);
        }
        if (c->signers_n > 0) {
            memcpy(list, c->signers, c->signers_n * sizeof *list);
        }
        c->signers = list;
        *cap = more;
    }
    struct ev_signer *s = &c->signers[c->signers_n++];
    const char *id = gw_col_text(st, 0);
    size_t len = strcspn(id, "."); /* a further row of one device is <device>.<division> */
    s->dev = gw_arena_textn(&c->arena, id, len);
    s->user = gw_arena_text(&c->arena, gw_col_text(st, 1));
    s->name = gw_arena_text(&c->arena, gw_col_text(st, 2));
    s->role = gw_arena_text(&c->arena, gw_col_text(st, 3));
    s->sign_key = gw_arena_text(&c->arena, gw_col_text(st, 4));
    s->server_sig = gw_arena_text(&c->arena, gw_col_text(st, 5) ? gw_col_text(st, 5) : "");
    s->valid_from = gw_col_int(st, 6);
    s->revoked_at = gw_col_int(st, 7);
    s->revoked_seq = gw_col_int(st, 8);
    return s->dev && s->server_sig ? GW_OK : no_memory(fail);
}

static bool has_signer(const struct process_case *c, const char *dev)
{
    for (size_t i = 0; i < c->signers_n; i++) {
        if (strcmp(c->signers[i].dev, dev) == 0) {
            return true;
        }
    }
    return false;
}

static enum gw_err mirror_signer(struct home *home, struct process_case *c, const char *dev,
                                 size_t *cap, struct gw_fail *fail)
{
    sqlite3_stmt *st = process_stmt(home, SQL_PR_SIGNERS_OF);
    gw_bind_text(st, ":dev", dev);
    enum gw_err err = odb_row(home, st, fail);
    err = err ? err : add_signer(c, st, cap, fail);
    odb_reset(st);
    return err == GW_ABSENT ? GW_OK : err;
}

/* A district has a thousand signers, a procedure a handful: each device is asked for once. Steps of
 * one device mostly stand together. */
static enum gw_err mirror_signers(struct home *home, struct process_case *c, size_t *cap,
                                  struct gw_fail *fail)
{
    enum { ASKED = 64 }; /* beyond it an unknown device is asked for again */
    const char *asked[ASKED];
    size_t n = 0;
    enum gw_err err = GW_OK;
    for (size_t i = 0; !err && i < c->steps_n; i++) {
        const char *dev = c->steps[i]->dev;
        bool known = i > 0 && strcmp(c->steps[i - 1]->dev, dev) == 0;
        for (size_t k = n; !known && k-- > 0;) {
            known = strcmp(asked[k], dev) == 0;
        }
        if (known || has_signer(c, dev)) {
            continue;
        }
        if (n < ASKED) {
            asked[n++] = dev;
        }
        err = mirror_signer(home, c, dev, cap, fail);
    }
    return err;
}

/* The second persons of this laptop: the same columns. */
static enum gw_err add_signers(struct home *home, enum process_sql_row which,
                               struct process_case *c, size_t *cap, struct gw_fail *fail)
{
    sqlite3_stmt *st = process_stmt(home, which);
    enum gw_err err = odb_row(home, st, fail);
    while (!err) {
        char dev[GW_ID_MAX + 1];
        ODB_COL(st, 0, dev);
        dev[strcspn(dev, ".")] = '\0';
        if (signed_here(c, dev) && !has_signer(c, dev)) {
            err = add_signer(c, st, cap, fail);
        }
        err = err ? err : odb_row(home, st, fail);
    }
    odb_reset(st);
    return err == GW_ABSENT ? GW_OK : err;
}

/* This device knows itself, also before the server has said who signs here. */
static enum gw_err own_signer(struct home *home, struct process_case *c, size_t cap,
                              struct gw_fail *fail)
{
    char key[GW_KEY_B64 + 2];
    if (!signed_here(c, home->id.device) || has_signer(c, home->id.device)) {
        return GW_OK;
    }
    if (c->signers_n == cap) {
        struct ev_signer *list = gw_arena_alloc(&c->arena, cap + 1, sizeof *list);
        if (!list) {
            return no_memory(fail);
        }
        if (cap > 0) {
            memcpy(list, c->signers, cap * sizeof *list);
        }
        c->signers = list;
    }
    gw_b64url(home->key.public_key, GW_KEY_BYTES, key);
    c->signers[c->signers_n++] = (struct ev_signer){
        .dev = gw_arena_text(&c->arena, home->id.device),
        .user = gw_arena_text(&c->arena, home->id.user),
        .name = gw_arena_text(&c->arena, home->id.name),
        .role = role_name(home->id.role),
        .sign_key = gw_arena_text(&c->arena, key),
        .server_sig = "",
        .valid_from = home->id.enrolled_at,
    };
    return GW_OK;
}

static enum gw_err read_signers(struct home *home, struct process_case *c, struct gw_fail *fail)
{
    size_t cap = 0;
    enum gw_err err = mirror_signers(home, c, &cap, fail);
    err = err ? err : add_signers(home, SQL_PR_SECONDS, c, &cap, fail);
    err = err ? err : own_signer(home, c, cap, fail);
    if (!err) {
        evidence_users(c->steps, c->steps_n, c->signers, c->signers_n);
    }
    return err;
}

/* ---- rules */

/* Of the open that counts: the first in the order of the set that is not quarantined, else the
 * first. */
static const char *rules_hash(const struct process_case *c)
{
    const char *first = NULL;
    for (size_t i = 0; i < ev_count(c->set); i++) {
        const struct ev_step *step = ev_at(c->set, i);
        if (step->kind == PROC_OPEN && step->rules) {
            if (step->status != STEP_QUARANTINED) {
                return step->rules;
            }
            first = first ? first : step->rules;
        }
    }
    return first;
}

/* A value that is no number, or out of its bounds, leaves the number waiting. */
static void confirm_one(struct ruleset *rules, const char *key, const char *value,
                        const char *document)
{
    char *end = NULL;
    errno = 0;
    long long number = value ? strtoll(value, &end, 10) : 0;
    if (end && end != value && *end == '\0' && errno == 0) {
        (void)ruleset_confirm(rules, key, number, document);
    }
}

/* Numbers that the district has confirmed, as far as they hold for this division: put in, and their
 * ids into ids; rules NULL: only the ids. */
static enum gw_err confirm_numbers(struct home *home, const char *division, struct ruleset *rules,
                                   struct gw_buf *ids, struct gw_fail *fail)
{
    sqlite3_stmt *st = process_stmt(home, SQL_PR_RULES);
    enum gw_err err = odb_row(home, st, fail);
    gw_buf_reset(ids);
    while (!err) {
        const char *set = gw_col_text(st, 0);
        const char *key = gw_col_text(st, 1);
        const char *path = gw_col_text(st, 4);
        if (set && key && path && path_covers(path, division)) {
            if (rules && strcmp(set, rules->set) == 0) {
                confirm_one(rules, key, gw_col_text(st, 2), gw_col_text(st, 3));
            }
            err = gw_buf_adds(ids, gw_col_text(st, 5));
            err = err ? err : gw_buf_adds(ids, "\n");
        }
        err = err ? err : odb_row(home, st, fail);
    }
    odb_reset(st);
    return err == GW_ABSENT ? GW_OK : err;
}

/* The same text with the same numbers put in. */
static enum gw_err is_held(struct home *home, const struct process_case *c, const char *hash,
                           const struct process_rules_held *held, bool *same, struct gw_fail *fail)
{
    struct gw_buf ids;
    *same = false;
    if (!held->rules || strcmp(held->rules->hash, hash) != 0) {
        return GW_OK;
    }
    gw_buf_init(&ids, PROCESS_RULES_MAX);
    enum gw_err err = confirm_numbers(home, c->row.division, NULL, &ids, fail);
    *same = !err && strcmp(gw_buf_str(&ids), gw_buf_str(&held->confirmed)) == 0;
    gw_buf_free(&ids);
    return err;
}

/* From there on the rule set is the holder's. */
static enum gw_err read_rules(struct home *home, struct process_case *c,
                              struct process_rules_held *held, struct gw_fail *fail)
{
    const char *hash = rules_hash(c);
    if (!hash) {
        return gw_fail_set(
            fail, GW_ABSENT,
            _("The record that opens this procedure is not here yet. Synchronise, or "
              "take in the bundle of the laptop that opened it."));
    }
    bool same = false;
    enum gw_err err = is_held(home, c, hash, held, &same, fail);
    if (!err && same) {
        c->rules = held->rules;
    } else if (!err) {
        ruleset_free(held->rules);
        held->rules = NULL;
        err = process_rules_text(home, &c->row, hash, &c->rules_text, fail);
        err = err ? err
                  : ruleset_load(gw_buf_str(&c->rules_text), c->rules_text.len, &c->rules, fail);
        held->rules = c->rules;
        err = err ? err : confirm_numbers(home, c->row.division, c->rules, &held->confirmed, fail);
    }
    return err;
}

void process_rules_drop(struct process_rules_held *held)
{
    ruleset_free(held->rules);
    gw_buf_free(&held->confirmed);
    *held = (struct process_rules_held){.rules = NULL};
}

/* ---- all of it */

static enum gw_err read_steps(struct home *home, const char *id, struct process_case *c,
                              struct gw_fail *fail)
{
    struct gather g = {.c = c, .fail = fail};
    enum gw_err err = mirror_steps(home, id, &g);
    err = err ? err : own_steps(home, id, &g);
    err = err ? err : foreign_steps(home, id, &g);
    err = err ? err : read_signers(home, c, fail);
    return err ? err : ev_set_new((const struct ev_step *const *)c->steps, c->steps_n, &c->set);
}

enum gw_err process_load_held(struct home *home, const char *id, gw_day today,
                              struct process_rules_held *held, struct process_case *out,
                              struct gw_fail *fail)
{
    *out = (struct process_case){.shared = true, .practice = home->practice};
    gw_arena_init(&out->arena, CASE_MEMORY);
    gw_buf_init(&out->rules_text, RULESET_TEXT_MAX);
    enum gw_err err = process_row_of(home, id, &out->row, fail);
    err = err ? err : read_steps(home, id, out, fail);
    err = err ? err : read_rules(home, out, held, fail);
    if (!err) {
        const struct procedure_in in = {.rules = out->rules, .steps = out->set, .today = today};
        err = procedure_new(&in, &out->state);
    }
    if (err) {
        process_unload(out);
        return err == GW_NOMEM ? no_memory(fail) : err;
    }
    out->row.steps = (int64_t)out->steps_n;
    return GW_OK;
}

enum gw_err process_load(struct home *home, const char *id, gw_day today, struct process_case *out,
                         struct gw_fail *fail)
{
    struct process_rules_held held = {.rules = NULL};
    gw_buf_init(&held.confirmed, PROCESS_RULES_MAX);
    enum gw_err err = process_load_held(home, id, today, &held, out, fail);
    if (!err) {
        out->shared = false;
        held.rules = NULL;
    }
    process_rules_drop(&held);
    return err;
}

void process_unload(struct process_case *c)
{
    procedure_free(c->state);
    ev_set_free(c->set);
    if (!c->shared) {
        ruleset_free(c->rules);
    }
    gw_buf_free(&c->rules_text);
    gw_arena_free(&c->arena);
    *c = (struct process_case){.steps = NULL};
}
