/* Evidence of one procedure as a file of its own (.gwe). */
#include <string.h>

#include "offline-db/practice.h"
#include "offline-db/process_p.h"

enum { NOTE_MAX = 32 * 1024, RULE_ROWS_MAX = 512 };

/* The newest checkpoint in the order that everybody computes. Its note stands in the command. */
static const char *newest_note(const struct process_case *c)
{
    for (size_t i = ev_count(c->set); i-- > 0;) {
        const struct ev_step *step = ev_at(c->set, i);
        if (step->kind == PROC_CHECKPOINT && step->note) {
            return step->note;
        }
    }
    return NULL;
}

/* Lines in set order: what process_load read follows the stores, not the order of the set. */
enum gw_err process_lines_in_order(struct process_case *c, struct ev_export_line **out,
                                   struct gw_fail *fail)
{
    size_t n = ev_count(c->set);
    *out = gw_arena_alloc(&c->arena, n, sizeof **out);
    if (!*out) {
        return gw_fail_set(fail, GW_NOMEM, _("There is no memory left. Close other programs."));
    }
    for (size_t i = 0; i < c->steps_n; i++) {
        const struct ev_step *in_set = ev_find(c->set, c->steps[i]->hash);
        if (in_set) {
            (*out)[ev_index(c->set, in_set)] = c->lines[i];
        }
    }
    return GW_OK;
}

/* Confirmed numbers go along: the verdict depends on them. */
enum gw_err process_rule_rows(struct home *home, struct process_case *c, const char ***out,
                              size_t *n, struct gw_fail *fail)
{
    struct gw_buf json;
    gw_buf_init(&json, JSON_LINE_MAX);
    *n = 0;
    *out = gw_arena_alloc(&c->arena, RULE_ROWS_MAX, sizeof **out);
    enum gw_err err = *out ? GW_OK : GW_NOMEM;
    sqlite3_stmt *st = process_stmt(home, SQL_PR_RULES);
    err = err ? err : odb_row(home, st, fail);
    while (!err && *n < RULE_ROWS_MAX) {
        const char *set = gw_col_text(st, 0);
        const char *path = gw_col_text(st, 4);
        if (set && path && strcmp(set, c->rules->set) == 0 && path_covers(path, c->row.division)) {
            gw_buf_reset(&json);
            const char *foreign = gw_col_text(st, 6); /* came by a bundle */
            err = foreign ? gw_buf_adds(&json, foreign)
                          : mirror_row_json(home, TYPE_RULE, gw_col_text(st, 5), &json);
            (*out)[*n] = err ? NULL : gw_arena_text(&c->arena, gw_buf_str(&json));
            err = err ? err : (*out)[*n] ? GW_OK : GW_NOMEM;
            *n += err == GW_OK;
        }
        err = err ? err : odb_row(home, st, fail);
    }
    odb_reset(st);
    gw_buf_free(&json);
    return err == GW_ABSENT ? GW_OK : err;
}

/* The line without its private part, which no signature covers but by its hash. */
static enum gw_err strip(struct process_case *c, struct ev_export_line *line, struct gw_fail *fail)
{
    struct wire_cmd_line parts;
    struct json *root = NULL;
    struct gw_buf text;
    gw_buf_init(&text, JSON_LINE_MAX);
    enum gw_err err = wire_cmd_line_decode(line->line, strlen(line->line), &parts, &root, fail);
    if (!err && parts.priv) {
        parts.priv = NULL;
        err = wire_cmd_line_encode(&parts, &text);
        line->line = err ? NULL : gw_arena_text(&c->arena, gw_buf_str(&text));
        err = err ? err : line->line ? GW_OK : GW_NOMEM;
    }
    json_free(root);
    gw_buf_free(&text);
    return err;
}

static enum gw_err pick_parts(struct process_case *c, const struct process_pick *pick,
                              struct ev_export_line *lines, struct gw_fail *fail)
{
    enum gw_err err = GW_OK;
    for (size_t i = 0; i < ev_count(c->set) && !err; i++) {
        if (!pick->keep(pick->ctx, ev_at(c->set, i))) {
            err = strip(c, &lines[i], fail);
        }
    }
    for (size_t i = 0; i < c->signers_n && !pick->names; i++) {
        c->signers[i].name = "";
    }
    return err;
}

enum gw_err process_export(struct home *home, const char *id, struct gw_buf *out,
                           struct gw_fail *fail)
{
    return process_export_picked(home, id, NULL, out, fail);
}

enum gw_err process_export_picked(struct home *home, const char *id,
                                  const struct process_pick *pick, struct gw_buf *out,
                                  struct gw_fail *fail)
{
    struct process_case c;
    struct ev_export_line *lines = NULL;
    const char **rows = NULL;
    size_t rows_n = 0;
    char digest[GW_HASH_HEX + 1];
    enum gw_err err = practice_refuse(home, fail);
    err = err ? err
              : process_load(home, id, day_of_ms(home->clock->wall_ms(home->clock->ctx)), &c, fail);
    if (err) {
        return err;
    }
    ev_digest(c.set, id, digest);
    err = process_lines_in_order(&c, &lines, fail);
    err = err ? err : process_rule_rows(home, &c, &rows, &rows_n, fail);
    err = err || !pick ? err : pick_parts(&c, pick, lines, fail);
    if (!err) {
        const struct ev_export export = {
            .process = id,
            .digest = digest,
            .count = (int64_t)ev_count(c.set),
            .rules = gw_buf_str(&c.rules_text),
            .server_sign_key = home->id.server_sign_key,
            .checkpoint = newest_note(&c),
            .signers = c.signers,
            .signers_n = c.signers_n,
            .lines = lines,
            .steps_n = ev_count(c.set),
            .rule_rows = rows,
            .rule_rows_n = rows_n,
        };
        err = evidence_write(&export, out, fail);
    }
    process_unload(&c);
    return err;
}
