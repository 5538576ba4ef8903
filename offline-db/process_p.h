/* What the files about procedures share. */
#ifndef GW_OFFLINE_DB_PROCESS_P_H
#define GW_OFFLINE_DB_PROCESS_P_H

#include "offline-db/odb_p.h"
#include "offline-db/process.h"
#include "offline-db/process_sql_p.h"

static inline sqlite3_stmt *process_stmt(const struct home *home, enum process_sql_row which)
{
    return gw_db_stmt(home->db, process_sql(which));
}

/* The row of one procedure, of the mirror or of an open that only this home knows. GW_ABSENT. */
enum gw_err process_row_of(struct home *home, const char *id, struct process_row *out,
                           struct gw_fail *fail);
/* The composed text with this hash: of the store, else made from the installed files for the
 * template and day and compared. GW_ABSENT with a sentence. */
enum gw_err process_rules_text(struct home *home, const struct process_row *row, const char *hash,
                               struct gw_buf *out, struct gw_fail *fail);
/* Keeps a composed text. Inside a transaction. */
enum gw_err process_rules_keep(struct home *home, const char *text, size_t len,
                               char hash[GW_HASH_HEX + 1], struct gw_fail *fail);

/* The rule set of one procedure, kept for the next one that has the same: with what the district
 * confirmed in it. Zeroed but for `confirmed`. */
struct process_rules_held {
    struct ruleset *rules;
    struct gw_buf confirmed; /* ids of the confirmations that are in it */
};
void process_rules_drop(struct process_rules_held *held);
/* process_load; the rule set is borrowed from `held` and lives until the next call or the drop. */
enum gw_err process_load_held(struct home *home, const char *id, gw_day today,
                              struct process_rules_held *held, struct process_case *out,
                              struct gw_fail *fail);

/* Lines in set order: what process_load read follows the stores. In the case's arena. */
enum gw_err process_lines_in_order(struct process_case *c, struct ev_export_line **out,
                                   struct gw_fail *fail);
/* Rows of the confirmed numbers that hold for it, as JSON. In the case's arena. */
enum gw_err process_rule_rows(struct home *home, struct process_case *c, const char ***out,
                              size_t *n, struct gw_fail *fail);
/* GW_INVALID with a sentence: a unified social credit code that cannot be one is not written. */
enum gw_err process_code_check(const struct process_entry *entry, struct gw_fail *fail);
/* A value by key among a step's own; NULL. */
const struct proc_value *process_value_in(const struct ev_step *step, const char *key);

#endif
