/* Where the text of a rule set comes from: the store, where every open and every bundle put it,
 * else the installed files, when they still make the same text. */
#include <string.h>

#include "base/fsutil.h"
#include "offline-db/process_p.h"
#include "rules/ruleset_load.h"

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
    enum gw_err err = gw_own_path(dir, sizeof dir, "rules", GW_RULESDIR);
    jurisdiction_of(row->division, place, sizeof place);
    gw_buf_reset(out);
    err = err ? err : ruleset_compose(dir, row->template_id, place, row->polling_day, out, NULL);
    if (!err) {
        gw_sha256_hex2(gw_buf_str(out), out->len, NULL, 0, now);
    }
    return err ? err : strcmp(now, hash) == 0 ? GW_OK : GW_ABSENT;
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
