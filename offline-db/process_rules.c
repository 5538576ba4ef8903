/* Where the text of a rule set comes from: the store, where every open and every bundle put it,
 * else the installed files, when they still make the same text. */
#include <stdlib.h>
#include <string.h>

#include "base/fsutil.h"
#include "offline-db/process_p.h"
#include "rules/ruleset_load.h"

enum gw_err process_rules_dir(char *out, size_t size)
{
    const char *given = getenv("GRIDWARD_RULESDIR");
    if (given && *given) {
        odb_copy(out, size, given);
        return strlen(given) < size ? GW_OK : GW_TOO_LARGE;
    }
    return gw_own_path(out, size, "rules", GW_RULESDIR);
}

static enum gw_err stored(struct home *home, const char *hash, struct gw_buf *out,
                          struct gw_fail *fail)
{
    sqlite3_stmt *st = process_stmt(home, SQL_PR_TEXT);
    gw_bind_text(st, ":hash", hash);
    enum gw_err err = odb_row(home, st, fail);
    if (!err) {
        gw_buf_reset(out);
        err = gw_buf_adds(out, gw_col_text(st, 0));
    }
    odb_reset(st);
    return err;
}

/* "CQ" of CQ.500112.013. */
static void jurisdiction_of(const char *division, char *out, size_t size)
{
    odb_copy(out, size, division);
    out[strcspn(out, ".")] = '\0';
}

/* Installed files that were there on the anchor day, or are there now. */
static enum gw_err composed(const struct process_row *row, const char *hash, struct gw_buf *out)
{
    char dir[1200];
    char place[GW_PATH_MAX + 1];
    char now[GW_HASH_HEX + 1];
    enum gw_err err = process_rules_dir(dir, sizeof dir);
    jurisdiction_of(row->division, place, sizeof place);
    gw_buf_reset(out);
    err = err ? err : ruleset_compose(dir, row->template_id, place, row->polling_day, out, NULL);
    if (!err) {
        gw_sha256_hex2(gw_buf_str(out), out->len, NULL, 0, now);
    }
    return err ? err : strcmp(now, hash) == 0 ? GW_OK : GW_ABSENT;
}

/* ---- what can be opened */

enum { ENTRIES_MAX = 256, COMMUNITY_LABELS = 4 };

/* Elections first, then by-elections, then the rest. */
static int rank_of(const struct ruleset_entry *e)
{
    return strcmp(e->kind, "election") == 0 ? 0 : strcmp(e->kind, "by-election") == 0 ? 1 : 2;
}

static void take_entries(const struct ruleset_entry *entries, size_t n, int rank,
                         struct process_template *out, size_t cap, size_t *taken)
{
    for (size_t i = 0; i < n && *taken < cap; i++) {
        const struct ruleset_entry *e = &entries[i];
        if (rank_of(e) != rank) {
            continue;
        }
        struct process_template *t = &out[(*taken)++];
        ODB_COPY(t->id, e->template_id);
        ODB_COPY(t->kind, e->kind);
        ODB_COPY(t->committee, e->committee);
        ODB_COPY(t->mode, e->mode);
        ODB_COPY(t->title, gw_i18n_lang() == GW_LANG_ZH ? e->title_zh : e->title_en);
    }
}

/* In force, and no newer version of it is: the list has each id's versions behind each other, the
 * newest last. */
static bool is_current(const struct ruleset_entry *entries, size_t n, size_t at, gw_day today)
{
    bool current = false;
    for (size_t i = at; i < n && strcmp(entries[i].template_id, entries[at].template_id) == 0;
         i++) {
        const struct ruleset_entry *e = &entries[i];
        bool in_force = (e->valid_from == DAY_NONE || e->valid_from <= today) &&
                        (e->valid_to == DAY_NONE || today <= e->valid_to);
        current = in_force ? i == at : current;
    }
    return current;
}

static size_t keep_current(struct ruleset_entry *entries, size_t n, gw_day today)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (is_current(entries, n, i, today)) {
            entries[kept++] = entries[i]; /* behind this one only those before it are looked at */
        }
    }
    return kept;
}

enum gw_err process_templates(gw_day today, struct process_template *out, size_t cap, size_t *n,
                              struct gw_fail *fail)
{
    char dir[1200];
    size_t found = 0;
    *n = 0;
    struct ruleset_entry *entries = calloc(ENTRIES_MAX, sizeof *entries);
    enum gw_err err = entries ? process_rules_dir(dir, sizeof dir) : GW_NOMEM;
    err = err ? err : ruleset_list(dir, entries, ENTRIES_MAX, &found, fail);
    if (!err) {
        found = keep_current(entries, found, today);
        for (int rank = 0; rank <= 2; rank++) {
            take_entries(entries, found, rank, out, cap, n);
        }
    }
    free(entries);
    return err;
}

enum gw_err process_compose(const char *template_id, const char *division, gw_day day,
                            struct gw_buf *text, struct ruleset **rules, struct gw_fail *fail)
{
    char dir[1200];
    char place[GW_PATH_MAX + 1];
    *rules = NULL;
    jurisdiction_of(division, place, sizeof place);
    gw_buf_reset(text);
    enum gw_err err = process_rules_dir(dir, sizeof dir);
    err = err ? err : ruleset_compose(dir, template_id, place, day, text, fail);
    return err ? err : ruleset_load(gw_buf_str(text), text->len, rules, fail);
}

/* The first four labels of a path; false when it has fewer. */
static bool community_of(const char *path, char *out, size_t size)
{
    size_t labels = 1;
    size_t len = 0;
    for (; path[len] != '\0'; len++) {
        labels += path[len] == '.';
        if (labels > COMMUNITY_LABELS) {
            break;
        }
    }
    if (labels < COMMUNITY_LABELS || len >= size) {
        return false;
    }
    memcpy(out, path, len);
    out[len] = '\0';
    return true;
}

bool process_only_community(struct home *home, char *out, size_t size)
{
    struct wire_scope scopes[WIRE_SCOPES_MAX];
    char one[GW_PATH_MAX + 1];
    size_t n = 0;
    size_t found = 0;
    if (mirror_scopes(home, scopes, &n) != GW_OK) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (strncmp(scopes[i].path, "u.", 2) == 0) {
            continue; /* the private node */
        }
        if (!community_of(scopes[i].path, one, sizeof one)) {
            return false; /* a street or more: several communities */
        }
        found += found == 0 || strcmp(one, out) != 0;
        odb_copy(out, size, one);
    }
    return found == 1;
}

/* Reading and composing the whole folder costs more than a small procedure does; and the files may
 * be replaced. A store that cannot be written to does it again. */
static void remember(struct home *home, const struct gw_buf *text)
{
    char hash[GW_HASH_HEX + 1];
    if (home->p->txn || odb_begin(home, GW_DURABLE_NORMAL, "rules_text", NULL)) {
        return;
    }
    (void)odb_end(home, process_rules_keep(home, gw_buf_str(text), text->len, hash, NULL), NULL);
}

enum gw_err process_rules_text(struct home *home, const struct process_row *row, const char *hash,
                               struct gw_buf *out, struct gw_fail *fail)
{
    enum gw_err err = stored(home, hash, out, fail);
    if (err != GW_ABSENT) {
        return err;
    }
    err = composed(row, hash, out);
    if (!err) {
        remember(home, out);
        return GW_OK;
    }
    return gw_fail_set(
        fail, GW_INVALID,
        _("The rule set of this procedure (%.16s…) is not on this laptop: it was opened "
          "with other files than those installed here. Ask the laptop that opened it for "
          "a bundle, or install the same version; nothing of it is lost."),
        hash);
}

enum gw_err process_rules_keep(struct home *home, const char *text, size_t len,
                               char hash[GW_HASH_HEX + 1], struct gw_fail *fail)
{
    gw_sha256_hex2(text, len, NULL, 0, hash);
    sqlite3_stmt *st = process_stmt(home, SQL_PR_TEXT_PUT);
    gw_bind_text(st, ":hash", hash);
    gw_bind_textn(st, ":text", text, len);
    gw_bind_int(st, ":at", home->clock->wall_ms(home->clock->ctx));
    return gw_db_run(home->db, st, fail);
}
