/* The one table of SQL of this folder. ODB_SQL(name, text): the enum below numbers the rows, sql.c
 * holds the texts. After them come the statements that exist once per mirror table, generated from
 * model/entity (sql.c), numbered by mirror_sql(). */
#ifndef GW_OFFLINE_DB_SQL_P_H
#define GW_OFFLINE_DB_SQL_P_H

#include <stddef.h>

#include "model/entity.h"

/* True when :path lies in the scope :s. Label by label: '/' is the character after '.'. */
#define IN_SCOPE(path, s)                                                                          \
    "(" path " = " s " OR (" path " >= " s " || '.' AND " path " < " s " || '/'))"

/* A command that the queue's row wears a mark for. */
#define MARKED "id = :id AND (unread = 1 OR (settled = 0 AND state IN ('pending', 'sent')))"

#define JOURNAL_COLS "n, dev, uid, kind, id, state, code, at, result_at, seq, unread"

#define ODB_SQL_TABLE                                                                              \
    /* identity */                                                                                 \
    X(IDENTITY_GET, "SELECT device, user, name, role, url, ca_file, pin, server_key, "             \
                    "server_sign_key, public_key, enrolled_at FROM identity")                      \
    X(IDENTITY_USER, "UPDATE identity SET name = :name, role = :role")                             \
    X(IDENTITY_PUT, "INSERT OR REPLACE INTO identity (one, device, user, name, role, url, "        \
                    "ca_file, pin, server_key, server_sign_key, public_key, enrolled_at) VALUES "  \
                    "(1, :device, :user, :name, :role, :url, :ca_file, :pin, :server_key, "        \
                    ":server_sign_key, :public_key, :enrolled_at)")                                \
    /* PINs, the lock, second persons */                                                           \
    X(PIN_GET, "SELECT hash, tries, next_at FROM user_pin WHERE user = :user")                     \
    X(PIN_HASH, "INSERT INTO user_pin (user, hash) VALUES (:user, :hash) ON CONFLICT (user) DO "   \
                "UPDATE SET hash = :hash, tries = 0, next_at = 0")                                 \
    X(PIN_TRY, "INSERT INTO user_pin (user, tries, next_at) VALUES (:user, :tries, :next_at) ON "  \
               "CONFLICT (user) DO UPDATE SET tries = :tries, next_at = :next_at")                 \
    X(PIN_DROP, "DELETE FROM user_pin WHERE user = :user")                                         \
    X(LOCK_GET, "SELECT locked_at FROM console_lock")                                              \
    X(LOCK_SET, "UPDATE console_lock SET locked_at = :at")                                         \
    X(SIGNERS, "SELECT device, user, name, role, enrolled_at, public_key FROM signer_identity "    \
               "WHERE closed = 0 AND (:user = '' OR user = :user) ORDER BY user")                  \
    X(SIGNER_OPEN, "SELECT 1 FROM signer_identity WHERE device = :device AND closed = 0")          \
    X(SIGNER_ANY, "SELECT 1 FROM signer_identity LIMIT 1")                                         \
    X(SIGNER_PUT, "INSERT INTO signer_identity (device, user, name, role, public_key, "            \
                  "enrolled_at) VALUES (:device, :user, :name, :role, :public_key, "               \
                  ":enrolled_at)")                                                                 \
    X(SIGNER_CLOSE, "UPDATE signer_identity SET closed = 1 WHERE user = :user")                    \
    /* state of the synchronisation */                                                             \
    X(REV_NEXT, "UPDATE sync_state SET rev = rev + 1")                                             \
    X(REV_GET, "SELECT rev, gone_floor FROM sync_state")                                           \
    X(STATE_GET, "SELECT cursor, epoch, tag, hello_at, caught_up_at, incidents, types, "           \
                 "(SELECT count(*) FROM scope WHERE done = 0) FROM sync_state")                    \
    X(STATE_CURSOR, "UPDATE sync_state SET cursor = :cursor")                                      \
    X(STATE_TAG, "UPDATE sync_state SET tag = :tag")                                               \
    X(STATE_TYPES, "UPDATE sync_state SET types = :types")                                         \
    X(STATE_HELLO, "UPDATE sync_state SET hello_at = :at")                                         \
    X(STATE_EPOCH, "UPDATE sync_state SET epoch = :epoch, cursor = :cursor")                       \
    X(STATE_CAUGHT, "UPDATE sync_state SET caught_up_at = :at")                                    \
    X(STATE_INCIDENT, "UPDATE sync_state SET incidents = incidents + 1")                           \
    X(CLOCK_SET, "UPDATE sync_state SET clock_off = :off, clock_unc = :unc")                       \
    X(CLOCK_GET, "SELECT clock_off, clock_unc, cursor FROM sync_state")                            \
    X(SCOPES, "SELECT path, granted FROM scope ORDER BY path")                                     \
    X(SCOPE_PUT, "INSERT INTO scope (path, granted, done) VALUES (:path, :granted, 0) "            \
                 "ON CONFLICT (path) DO UPDATE SET granted = :granted")                            \
    X(SCOPE_DEL, "DELETE FROM scope WHERE path = :path")                                           \
    X(SCOPE_DONE, "UPDATE scope SET done = 1 WHERE path = :path")                                  \
    X(JOB_FIRST, "SELECT job, scope, type, after, first_cursor FROM job ORDER BY job LIMIT 1")     \
    X(JOB_GET, "SELECT scope, type, first_cursor FROM job WHERE job = :job")                       \
    X(JOB_ADD, "INSERT INTO job (scope, type) VALUES (:scope, :type)")                             \
    X(JOB_PAGE, "UPDATE job SET after = :after, first_cursor = :first WHERE job = :job")           \
    X(JOB_PART, "UPDATE job SET first_cursor = :first WHERE job = :job")                           \
    X(JOB_DEL, "DELETE FROM job WHERE job = :job")                                                 \
    X(JOB_DEL_SCOPE, "DELETE FROM job WHERE scope = :scope")                                       \
    X(JOB_DEL_ALL, "DELETE FROM job")                                                              \
    X(JOB_HAS, "SELECT 1 FROM job WHERE scope = :scope AND type IN ('', :type)")                   \
    X(TOMB_ANY, "SELECT 1 FROM tomb LIMIT 1")                                                      \
    X(TOMB_GET, "SELECT seq FROM tomb WHERE type = :type AND id = :id")                            \
    X(TOMB_PUT, "INSERT INTO tomb (type, id, seq) VALUES (:type, :id, :seq) "                      \
                "ON CONFLICT (type, id) DO UPDATE SET seq = max(seq, excluded.seq)")               \
    X(TOMB_CLEAR, "DELETE FROM tomb")                                                              \
    /* alarms that screens follow */                                                               \
    X(GONE_PUT, "INSERT OR REPLACE INTO gone (id, rev) VALUES (:id, :rev)")                        \
    X(GONE_UNCOVERED,                                                                              \
      "INSERT OR REPLACE INTO gone (id, rev) SELECT id, :rev FROM alarm WHERE "                    \
      "NOT EXISTS (SELECT 1 FROM scope s WHERE " IN_SCOPE("alarm.path", "s.path") ")")             \
    X(GONE_SWEEP, "INSERT OR REPLACE INTO gone (id, rev) SELECT id, :rev FROM alarm WHERE mark "   \
                  "<> :mark AND seq <= :seq AND " IN_SCOPE("path", ":scope"))                      \
    X(GONE_ALL, "INSERT OR REPLACE INTO gone (id, rev) SELECT id, :rev FROM alarm")                \
    X(GONE_SINCE, "SELECT id FROM gone WHERE rev > :rev")                                          \
    X(GONE_OLD, "SELECT rev FROM gone ORDER BY rev DESC LIMIT 1 OFFSET 5000")                      \
    X(GONE_CUT, "DELETE FROM gone WHERE rev <= :rev")                                              \
    X(GONE_FLOOR, "UPDATE sync_state SET gone_floor = :rev")                                       \
    X(ALARM_BUMP, "UPDATE alarm SET rev = :rev WHERE id = :id")                                    \
    X(ALARM_BUMP_RESIDENT, "UPDATE alarm SET rev = :rev WHERE resident_id = :id")                  \
    X(ALARM_BUMP_DWELLING, "UPDATE alarm SET rev = :rev WHERE dwelling_id = :id")                  \
    X(ALARM_BUMP_WORKER, "UPDATE alarm SET rev = :rev WHERE acked_by = :id AND state <> 'closed'") \
    X(ALARM_WATCH, "SELECT resident_id, dwelling_id, acked_by FROM alarm WHERE state <> 'closed'") \
    X(ALARM_BASE, "SELECT seq, path FROM alarm WHERE id = :id")                                    \
    /* journal */                                                                                  \
    X(J_LAST, "SELECT n, hash FROM journal WHERE dev = :dev ORDER BY n DESC LIMIT 1")              \
    X(J_ADD, "INSERT INTO journal (dev, n, uid, kind, id, target, body, sig, priv, hash, at, "     \
             "state, settled) VALUES (:dev, :n, :uid, :kind, :id, :target, :body, :sig, :priv, "   \
             ":hash, :at, 'pending', :settled)")                                                   \
    X(J_GET, "SELECT " JOURNAL_COLS " FROM journal WHERE n = :n ORDER BY dev = :dev DESC, j DESC " \
             "LIMIT 1")                                                                            \
    X(J_GET_OF, "SELECT " JOURNAL_COLS " FROM journal WHERE dev = :dev AND n = :n")                \
    X(J_BODY, "SELECT body FROM journal WHERE n = :n ORDER BY dev = :dev DESC, j DESC LIMIT 1")    \
    X(J_HASH, "SELECT hash FROM journal WHERE dev = :dev AND n = :n")                              \
    X(J_EACH, "SELECT " JOURNAL_COLS " FROM journal WHERE :state = '' OR state = :state "          \
              "ORDER BY j DESC LIMIT :limit")                                                      \
    X(J_LAST_ON, "SELECT " JOURNAL_COLS " FROM journal j WHERE id = :id AND kind LIKE 'alarm.%' "  \
                 "AND kind NOT IN ('alarm.retract', 'alarm.raise') AND state IN ('pending', "      \
                 "'sent', 'applied', 'review', 'quarantined') AND NOT EXISTS (SELECT 1 FROM "      \
                 "journal r WHERE r.id = j.id AND r.target = j.uid AND r.state IN ('pending', "    \
                 "'sent', 'applied')) ORDER BY j.j DESC LIMIT 1")                                  \
    X(J_SEEN, "UPDATE journal SET unread = 0 WHERE unread = 1 AND id = :id")                       \
    X(J_UNREAD_IDS, "SELECT DISTINCT id FROM journal WHERE unread = 1")                            \
    X(J_COUNTS, "SELECT state, count(*), min(at) FROM journal GROUP BY state")                     \
    X(J_UNREAD_COUNT, "SELECT count(*) FROM journal WHERE unread = 1")                             \
    /* a second person's number that the server refuses for good must not be sent in a circle */   \
    X(J_BATCH, "SELECT n, body, sig, priv, state, dev FROM journal INDEXED BY journal_unsent "     \
               "WHERE state IN ('pending', 'sent') AND body IS NOT NULL AND (dev = :dev OR "       \
               "(:foreign AND code NOT IN ('key-reuse', 'chain-fork'))) ORDER BY j")               \
    X(J_SENT, "UPDATE journal SET state = 'sent' WHERE dev = :dev AND n = :n AND state = "         \
              "'pending' RETURNING id")                                                            \
    X(J_ROW, "SELECT state, seq, result_at, id, kind, hash FROM journal WHERE dev = :dev AND n = " \
             ":n")                                                                                 \
    X(J_RESULT, "UPDATE journal SET state = :state, code = :code, seq = :seq, result_at = :at, "   \
                "params = :params, note = :note, unread = :unread, settled = :settled WHERE dev "  \
                "= :dev AND n = :n")                                                               \
    X(J_CODE, "UPDATE journal SET code = :code WHERE dev = :dev AND n = :n")                       \
    X(J_RECEIPT, "INSERT OR IGNORE INTO receipt (dev, n, receipt, result, seq, at, good) VALUES "  \
                 "(:dev, :n, :receipt, :result, :seq, :at, :good)")                                \
    X(J_RESEND, "UPDATE journal SET state = 'pending', code = '', seq = -1, settled = 0 WHERE "    \
                "dev = :dev AND n = :n AND state IN ('applied', 'late', 'review', 'quarantined', " \
                "'rejected') AND body IS NOT NULL RETURNING id")                                   \
    X(J_ABOVE, "SELECT n FROM journal WHERE dev = :dev AND n > :n ORDER BY n")                     \
    X(J_PRUNE, "UPDATE journal SET body = NULL, sig = NULL, priv = NULL, params = NULL, note = "   \
               "NULL, target = NULL WHERE state IN ('applied', 'reissued') AND result_at < "       \
               ":before AND at < :before AND body IS NOT NULL AND kind NOT LIKE 'process.%'")      \
    X(J_FOLD, "SELECT n, dev, uid, kind, body, at, state, seq, code FROM journal WHERE id = :id "  \
              "AND settled = 0 ORDER BY j")                                                        \
    X(J_SETTLE, "UPDATE journal SET settled = 1 WHERE id = :id AND settled = 0 AND state = "       \
                "'applied' AND seq <= :seq")                                                       \
    X(J_SETTLE_EPOCH, "UPDATE journal SET settled = 1 WHERE state NOT IN ('pending', 'sent')")     \
    X(J_MARK, "SELECT n, state, (SELECT count(*) FROM journal WHERE " MARKED ") FROM journal "     \
              "WHERE " MARKED " ORDER BY j DESC LIMIT 1")                                          \
    X(J_BY_UID, "SELECT n, kind, at, state, body, seq FROM journal WHERE id = :id AND uid = "      \
                ":uid AND state <> 'reissued' AND body IS NOT NULL ORDER BY j DESC LIMIT 1")       \
    X(J_UNSENT, "SELECT dev, n, uid, kind, id, target, body, priv, at FROM journal WHERE state "   \
                "IN ('pending', 'sent') AND body IS NOT NULL AND dev NOT IN (SELECT device FROM "  \
                "signer_identity) ORDER BY j")                                                     \
    X(J_SECOND, "SELECT dev, n, uid, kind, id, target, body, priv, at FROM journal WHERE (state "  \
                "IN ('pending', 'sent') OR (state = 'rejected' AND code = 'unknown-key')) AND "    \
                "body IS NOT NULL AND dev IN (SELECT device FROM signer_identity WHERE user = "    \
                ":user AND closed = 1) ORDER BY j")                                                \
    /* a rejected one that has a receipt took a number at the server: it is evidence too */        \
    X(J_OLD, "SELECT dev, n, uid, kind, id, target, body, priv, at, j FROM journal o WHERE state " \
             "<> 'reissued' AND (state <> 'rejected' OR EXISTS (SELECT 1 FROM receipt r WHERE "    \
             "r.dev = o.dev AND r.n = o.n)) AND body IS NOT NULL AND dev <> :dev AND j > :j AND "  \
             "dev NOT IN (SELECT device FROM signer_identity) ORDER BY j")                         \
    X(J_RESEND_SECOND, "UPDATE journal SET state = 'pending', code = '', seq = -1 WHERE dev IN "   \
                       "(SELECT device FROM signer_identity) AND state IN ('applied', 'late', "    \
                       "'review', 'quarantined', 'rejected') AND body IS NOT NULL")                \
    X(J_REISSUED, "UPDATE journal SET state = 'reissued', settled = 1, unread = 0 WHERE dev = "    \
                  ":dev AND n = :n")                                                               \
    X(J_UNSENT_COUNT, "SELECT count(*) FROM journal WHERE state IN ('pending', 'sent')")           \
    X(J_DUTY, "SELECT body FROM journal WHERE kind = 'duty.set' AND id = :id AND state IN "        \
              "('pending', 'sent') ORDER BY j DESC LIMIT 1")                                       \
    X(J_DUTY_DONE, "SELECT body, result_at FROM journal WHERE kind = 'duty.set' AND id = :id AND " \
                   "state = 'applied' ORDER BY j DESC LIMIT 1")                                    \
    X(WORKER_DUTY, "SELECT duty, duty_at FROM worker WHERE id = :id")                              \
    X(J_OWN, "SELECT n, kind, body, at, state, seq, uid FROM journal WHERE id = :id AND state <> " \
             "'reissued' AND kind LIKE 'alarm.%' AND body IS NOT NULL AND (settled = 0 OR state "  \
             "<> 'applied') ORDER BY j")                                                           \
    /* overlay */                                                                                  \
    X(O_ANY, "SELECT 1 FROM journal WHERE settled = 0 LIMIT 1")                                    \
    X(O_PUT, "INSERT OR REPLACE INTO overlay (id, path, row, alone, mark, mark_n, mark_count, "    \
             "rev) VALUES (:id, :path, :row, :alone, :mark, :mark_n, :mark_count, :rev)")          \
    X(O_DEL, "DELETE FROM overlay WHERE id = :id RETURNING alone")                                 \
    X(O_ORPHANS, "SELECT id FROM overlay o WHERE alone = 0 AND NOT EXISTS (SELECT 1 FROM alarm a " \
                 "WHERE a.id = o.id) LIMIT 1")                                                     \
    X(O_IDS, "SELECT id FROM overlay WHERE id > :id ORDER BY id LIMIT 1")                          \
    X(O_BEHIND, "SELECT folded FROM sync_state WHERE folded < (SELECT max(j) FROM journal)")       \
    X(O_NEXT, "SELECT j, id FROM journal WHERE j > :j ORDER BY j LIMIT 1")                         \
    X(O_FOLDED, "UPDATE sync_state SET folded = :j")                                               \
    X(O_GET, "SELECT path, row, alone, mark, mark_n, mark_count, rev FROM overlay WHERE id = :id") \
    X(DWELLING_PATH, "SELECT path FROM dwelling WHERE id = :id")                                   \
    /* drafts and access log */                                                                    \
    X(DRAFT_PUT, "INSERT OR REPLACE INTO draft (kind, id, text, at) VALUES (:kind, :id, :text, "   \
                 ":at)")                                                                           \
    X(DRAFT_GET, "SELECT text FROM draft WHERE kind = :kind AND id = :id")                         \
    X(DRAFT_DEL, "DELETE FROM draft WHERE kind = :kind AND id = :id")                              \
    X(ACCESS_ADD, "INSERT INTO access_log (at, user, what, id, field, reason) VALUES (:at, "       \
                  ":user, :what, :id, :field, :reason)")

enum odb_sql {
#define X(name, text) SQL_##name,
    ODB_SQL_TABLE
#undef X
        SQL_STATIC_N
};

/* One of each per mirror table T; parameters are numbered. */
enum odb_mirror_sql {
    M_PUT,    /* upsert: ?1 id ?2 seq ?3 path ?4 mark [?5 rev] fields… extra; keeps a newer row */
    M_MARK,   /* ?1 id ?2 mark */
    M_REMOVE, /* delete id ?1 iff seq < ?2 */
    M_UNCOVERED,    /* delete rows that no scope covers */
    M_SWEEP,        /* delete rows in scope ?1 with mark <> ?2 and seq <= ?3, ?4 < id <= ?5 */
    M_AHEAD,        /* the next ?2 rows behind id ?1: how many there are, id of the last */
    M_ZERO,         /* seq := 0 */
    M_ZERO_IN,      /* seq := 0 of rows in scope ?1 */
    M_WIPE,         /* delete all */
    M_DIGEST,       /* id, seq, in scope ?1? of all rows behind id ?2 */
    M_DIGEST_ABOVE, /* id, seq of rows above scope ?1 */
    M_COUNT,
    M_ROW, /* seq, path, fields…, extra of id ?1 */
    M_N
};

/* The screens' own statements (queue, card, people) are in screens_sql_p.h and follow the rest. */
size_t mirror_sql(enum gw_type type, enum odb_mirror_sql which);
size_t screen_sql(size_t which);

/* The whole array, one text per number; owned by the caller, freed with sql_free. */
struct gw_sql;
struct gw_sql *sql_new(size_t *n);
void sql_free(struct gw_sql *sql);

/* First parameter number of the fields in M_PUT. */
static inline int put_first_field(enum gw_type type)
{
    return type == TYPE_ALARM ? 6 : 5;
}

#endif
