/* SQL of procedures. Same scheme as sql_p.h; numbered by process_sql(). */
#ifndef GW_OFFLINE_DB_PROCESS_SQL_P_H
#define GW_OFFLINE_DB_PROCESS_SQL_P_H

/* A step of this device that the feed has not brought back yet. Rejected ones never became
 * evidence. */
#define OWN_STEP                                                                                   \
    "j.kind LIKE 'process.%' AND j.state NOT IN ('reissued', 'rejected') AND j.body IS NOT NULL "  \
    "AND NOT EXISTS (SELECT 1 FROM step s WHERE s.id = j.dev || '.' || j.n)"

#define BLOB_COLS "hash, process, size, media, state, held, tries, at"

/* A step that a peer brought and the feed has not. One that the server did not take is no evidence.
 */
#define FOREIGN_STEP                                                                               \
    "f.state <> 'rejected' AND NOT EXISTS (SELECT 1 FROM step s WHERE s.id = f.dev || '.' || f.n)"

/* The first good receipt of a line. What it signs (result, seq, at) is its own: after a restore of
 * the server the line waits again, and the receipt still says when it was there. */
#define FIRST_RECEIPT(line)                                                                        \
    "r.dev = " line ".dev AND r.n = " line ".n AND r.good = 1 AND r.receipt = (SELECT k.receipt "  \
    "FROM receipt k WHERE k.dev = " line ".dev AND k.n = " line ".n AND k.good = 1 ORDER BY k.at " \
    "LIMIT 1)"

/* Rows at and below :path as one range of an index; '-' would sort between a path and what is below
 * it. */
#define BELOW(path)                                                                                \
    path " >= :path AND " path " < :path || '/' AND (" path " = :path OR " path " >= :path || "    \
         "'.')"

#define OFFICE_COLS                                                                                \
    "process, ends, division, committee, term, organ, post, grp, name, resident, subject, cause, " \
    "day, until, same, whole, renews, waits, bar, hash"

#define PROCESS_SQL_TABLE                                                                          \
    X(PR_LIST,                                                                                     \
      "SELECT p.id, p.template, p.kind, p.mode, p.title, p.division, p.term, "                     \
      "p.polling_day, p.state, (SELECT count(*) FROM step s WHERE s.process = p.id) + "            \
      "(SELECT count(*) FROM journal j WHERE j.id = p.id AND " OWN_STEP ") + (SELECT "             \
      "count(*) FROM foreign_line f WHERE f.process = p.id AND " FOREIGN_STEP "), EXISTS "         \
      "(SELECT 1 FROM journal j WHERE j.id = p.id AND j.state IN ('pending', 'sent')) "            \
      "FROM process p WHERE :kind = '' OR p.kind = :kind ORDER BY p.division, p.id")               \
    X(PR_ONE, "SELECT p.id, p.template, p.kind, p.mode, p.title, p.division, p.term, "             \
              "p.polling_day, p.state, 0, EXISTS (SELECT 1 FROM journal j WHERE j.id = p.id AND "  \
              "j.state IN ('pending', 'sent')) FROM process p WHERE p.id = :id")                   \
    X(PR_OPENS, "SELECT j.id, j.body, j.sig, j.dev, j.priv, (SELECT count(*) FROM journal k "      \
                "WHERE k.id = j.id AND k.kind LIKE 'process.%') FROM journal j WHERE j.kind = "    \
                "'process.open' AND j.state NOT IN ('reissued', 'rejected') AND j.body IS NOT "    \
                "NULL AND NOT EXISTS (SELECT 1 FROM process p WHERE p.id = j.id) AND (:id = '' "   \
                "OR j.id = :id) ORDER BY j.id, j.j")                                               \
    X(PR_FOREIGN_OPENS, "SELECT f.process, f.line FROM foreign_line f WHERE NOT EXISTS (SELECT 1 " \
                        "FROM process p WHERE p.id = f.process) AND (:id = '' OR f.process = "     \
                        ":id) AND f.state <> 'rejected' ORDER BY f.process, f.ord")                \
    X(PR_STEPS,                                                                                    \
      "SELECT line, status, receipt, recv_at, receipt_seq, result FROM step WHERE process = :id "  \
      "ORDER BY seq, id")                                                                          \
    X(PR_OWN_STEPS, "SELECT j.body, j.dev, j.sig, j.priv, j.state, r.receipt, r.at, r.seq, "       \
                    "r.result FROM journal j LEFT JOIN receipt r ON " FIRST_RECEIPT(               \
                        "j") " WHERE j.id = :id AND " OWN_STEP " ORDER BY j.j")                    \
    X(PR_FOREIGN_STEPS, "SELECT f.line, f.state, r.receipt, r.at, r.seq, r.result FROM "           \
                        "foreign_line f LEFT JOIN receipt r ON " FIRST_RECEIPT(                    \
                            "f") " WHERE f.process = :id AND " FOREIGN_STEP " ORDER BY f.ord")     \
    X(PR_SIGNERS_OF,                                                                               \
      "SELECT id, user, name, role, sign_key, server_sig, valid_from, revoked_at, revoked_seq, "   \
      "0 AS src FROM signer WHERE id = :dev OR (id > :dev || '.' AND id < :dev || '/') UNION "     \
      "ALL SELECT device, user, name, role, sign_key, server_sig, valid_from, revoked_at, "        \
      "revoked_seq, 1 FROM foreign_signer WHERE device = :dev ORDER BY src, id LIMIT 1")           \
    X(PR_RULES, "SELECT \"set\", key, value, document, path, id, NULL FROM rule UNION ALL "        \
                "SELECT f.\"set\", f.key, f.value, f.document, f.path, f.id, f.row FROM "          \
                "foreign_rule f WHERE NOT EXISTS (SELECT 1 FROM rule r WHERE r.id = f.id) "        \
                "ORDER BY id")                                                                     \
    X(PR_TEXT, "SELECT text FROM rule_text WHERE hash = :hash")                                    \
    X(PR_TEXT_PUT, "INSERT OR IGNORE INTO rule_text (hash, text, at) VALUES (:hash, :text, :at)")  \
    X(PR_OWN, "SELECT pn, hash FROM process_own WHERE process = :id AND dev = :dev")               \
    X(PR_SECONDS, "SELECT device, user, name, role, public_key, NULL, enrolled_at, NULL, NULL "    \
                  "FROM signer_identity")                                                          \
    X(PR_OWN_PUT, "INSERT OR REPLACE INTO process_own (process, dev, pn, hash) VALUES (:id, "      \
                  ":dev, :pn, :hash)")                                                             \
    X(PR_REISSUED_AS, "SELECT b.hash FROM journal a JOIN journal b ON b.uid = a.uid AND b.dev = "  \
                      ":dev WHERE a.hash = :hash AND a.dev <> :dev LIMIT 1")                       \
    X(PR_RECEIPT_AT, "SELECT max(at) FROM receipt WHERE good = 1")                                 \
    X(PR_STEP_AT, "SELECT max(recv_at) FROM step")                                                 \
    /* lines of others */                                                                          \
    X(FL_UNSENT, "SELECT f.dev, f.n, f.line, f.state, f.after_n FROM foreign_line f WHERE "        \
                 "f.state IN ('pending', 'sent') AND NOT EXISTS (SELECT 1 FROM step s WHERE s.id " \
                 "= f.dev || '.' || f.n) ORDER BY f.after_n, f.ord")                               \
    X(FL_SENT, "UPDATE foreign_line SET state = 'sent' WHERE dev = :dev AND n = :n AND state = "   \
               "'pending'")                                                                        \
    X(FL_RESULT, "UPDATE foreign_line SET state = :state, code = :code WHERE dev = :dev AND n = "  \
                 ":n AND (:hash = '' OR hash = :hash)")                                            \
    X(FL_AGAIN, "UPDATE foreign_line SET state = 'pending', code = ''")                            \
    X(FL_HASH, "SELECT hash FROM foreign_line WHERE dev = :dev AND n = :n")                        \
    X(FL_STEP_HASH, "SELECT hash FROM step WHERE id = :id")                                        \
    X(FL_ORD, "SELECT max(ord) FROM foreign_line")                                                 \
    X(FL_PUT, "INSERT INTO foreign_line (dev, n, process, hash, line, at, after_n, ord) VALUES "   \
              "(:dev, :n, :process, :hash, :line, :at, :after, :ord)")                             \
    X(FS_KEY, "SELECT sign_key, user, revoked_at FROM signer WHERE id = :dev OR device = :dev "    \
              "UNION ALL SELECT sign_key, user, revoked_at FROM foreign_signer WHERE device = "    \
              ":dev LIMIT 1")                                                                      \
    X(FS_HAS, "SELECT 1 FROM signer WHERE id = :dev UNION ALL SELECT 1 FROM foreign_signer WHERE " \
              "device = :dev LIMIT 1")                                                             \
    X(FS_PUT, "INSERT OR REPLACE INTO foreign_signer (device, user, name, role, sign_key, "        \
              "server_sig, valid_from, revoked_at, revoked_seq) VALUES (:dev, :user, :name, "      \
              ":role, :key, :sig, :from, :revoked, :revoked_seq)")                                 \
    X(FR_PUT, "INSERT INTO foreign_rule (id, seq, path, \"set\", key, value, document, row) "      \
              "VALUES (:id, :seq, :path, :set, :key, :value, :document, :row) ON CONFLICT (id) "   \
              "DO UPDATE SET seq = excluded.seq, path = excluded.path, \"set\" = "                 \
              "excluded.\"set\", key = excluded.key, value = excluded.value, document = "          \
              "excluded.document, row = excluded.row WHERE excluded.seq >= foreign_rule.seq")      \
    X(RO_INDEXED, "SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = 'spell_path'")      \
    X(RO_PEOPLE, "SELECT r.id, r.path, r.name, r.sex, r.birth_date, r.ethnicity, r.population, "   \
                 "r.household_id, r.relation, p.id_number, p.politics FROM resident r LEFT JOIN "  \
                 "resident_private p ON p.id = r.id WHERE " BELOW("r.path"))                       \
    X(RO_SPELLS,                                                                                   \
      "SELECT s.resident_id, s.\"from\", s.\"to\", s.kind FROM spell s WHERE " BELOW("s.path"))    \
    X(AX_GRID, "SELECT name FROM grid WHERE path = :path LIMIT 1")                                 \
    X(PRACTICE_GET, "SELECT shift_ms FROM practice")                                               \
    X(PRACTICE_MARK, "INSERT OR IGNORE INTO practice (one, shift_ms) VALUES (1, 0)")               \
    X(PRACTICE_SHIFT, "UPDATE practice SET shift_ms = shift_ms + :ahead")                          \
    X(PRACTICE_SECOND, "SELECT count(*), sum(process = :id), (SELECT hash FROM foreign_line "      \
                       "WHERE dev = :dev ORDER BY n DESC LIMIT 1), (SELECT hash FROM "             \
                       "foreign_line WHERE dev = :dev AND process = :id ORDER BY n DESC LIMIT 1) " \
                       "FROM foreign_line WHERE dev = :dev")                                       \
    X(PRACTICE_PUT, "INSERT INTO foreign_line (dev, n, process, hash, line, at) VALUES (:dev, "    \
                    ":n, :id, :hash, :line, :at)")                                                 \
    X(PR_PLACES, "SELECT id, name FROM grid WHERE level IN ('community', 'village') ORDER BY id")  \
    X(PR_COMMON_STAMP,                                                                             \
      "SELECT printf('%d.%d.%d %d.%d.%d', (SELECT count(*) FROM rule), (SELECT "                   \
      "max(seq) FROM rule), (SELECT sum(seq) FROM rule), count(*), max(seq), "                     \
      "sum(seq)) || (SELECT printf(' %d.%d', count(*), sum(revoked_seq)) FROM foreign_signer) || " \
      "(SELECT printf(' %d.%d', count(*), sum(seq)) FROM foreign_rule) FROM signer")               \
    X(PR_STAMP, "SELECT (SELECT printf('%d.%d.%d', count(*), max(seq), sum(seq)) FROM step WHERE " \
                "process = :id) || (SELECT printf(' %d.%d.%d', count(*), max(j), sum(result_at)) " \
                "FROM journal WHERE id = :id) || (SELECT printf(' %d.%d', count(*), sum(state IN " \
                "('pending', 'sent'))) FROM foreign_line WHERE process = :id)")                    \
    X(PR_SUMMARY, "SELECT state, next_step, next_zh, next_en, next_day, late, missing, breaches, " \
                  "contested, poll FROM process_summary WHERE process = :id AND stamp = :stamp")   \
    X(PR_SUMMARY_PUT, "INSERT OR REPLACE INTO process_summary (process, stamp, state, next_step, " \
                      "next_zh, next_en, next_day, late, missing, breaches, contested, poll) "     \
                      "VALUES (:id, :stamp, :state, :step, :zh, :en, :day, :late, :missing, "      \
                      ":breaches, :contested, :poll)")                                             \
    /* offices */                                                                                  \
    X(OF_STAMP, "SELECT stamp FROM office_source WHERE process = :id")                             \
    X(OF_SOURCE_PUT,                                                                               \
      "INSERT OR REPLACE INTO office_source (process, stamp) VALUES (:id, :stamp)")                \
    X(OF_NAME, "SELECT name FROM resident WHERE id = :id")                                         \
    X(OF_GONE, "SELECT process FROM office_source s WHERE NOT EXISTS (SELECT 1 FROM process p WHERE " \
               "p.id = s.process) AND NOT EXISTS (SELECT 1 FROM journal j WHERE j.id = s.process AND " \
               "j.kind = 'process.open' AND j.state NOT IN ('reissued', 'rejected')) AND NOT EXISTS " \
               "(SELECT 1 FROM foreign_line f WHERE f.process = s.process AND f.state <> 'rejected') " \
               "LIMIT 1")                                                                          \
    X(OF_FORGET, "DELETE FROM office_source WHERE process = :id")                                  \
    X(OF_CONCERNED,                                                                                \
      "SELECT p.id FROM process p WHERE p.division IN (SELECT o.division FROM office o WHERE "     \
      "o.resident = :id AND o.resident <> '') OR EXISTS (SELECT 1 FROM resident r WHERE r.id = :id " \
      "AND r.path >= p.division AND r.path < p.division || '/' AND (r.path = p.division OR r.path " \
      ">= p.division || '.')) UNION SELECT j.id FROM journal j WHERE j.kind = 'process.open' AND " \
      "j.state NOT IN ('reissued', 'rejected') UNION SELECT f.process FROM foreign_line f WHERE "  \
      "f.state <> 'rejected' ORDER BY 1")                                                          \
    X(OF_CLEAR, "DELETE FROM office WHERE process = :id")                                          \
    X(OF_PUT, "INSERT INTO office (process, ord, ends, division, committee, term, organ, post, "   \
              "grp, name, resident, subject, cause, day, until, same, whole, renews, waits, bar, " \
              "hash) VALUES (:id, :ord, :ends, :division, :committee, :term, :organ, :post, :grp, " \
              ":name, :resident, :subject, :cause, :day, :until, :same, :whole, :renews, :waits, " \
              ":bar, :hash)")                                                                      \
    X(OF_PLACES, "SELECT o.division FROM office o WHERE o.resident = :id AND o.resident <> '' UNION " \
                 "SELECT o.division FROM resident r JOIN office o ON o.name = r.name WHERE r.id = :id " \
                 "AND o.resident = '' AND r.path >= o.division AND r.path < o.division || '/' AND " \
                 "(r.path = o.division OR r.path >= o.division || '.')")                           \
    X(OF_PLACE, "SELECT " OFFICE_COLS " FROM office WHERE division = :path ORDER BY process, ord") \
    X(OF_EACH, "SELECT " OFFICE_COLS " FROM office WHERE :path = '' OR " BELOW("division")         \
               " ORDER BY division, process, ord")                                                 \
    /* attachments */                                                                              \
    X(BL_PUT, "INSERT OR REPLACE INTO blob (hash, process, size, media, state, held, tries, at) "  \
              "VALUES (:hash, :process, :size, :media, :state, :held, :tries, :at)")               \
    X(BL_GET, "SELECT " BLOB_COLS " FROM blob WHERE hash = :hash")                                 \
    X(BL_DEL, "DELETE FROM blob WHERE hash = :hash")                                               \
    X(BL_NEXT, "SELECT " BLOB_COLS " FROM blob WHERE state IN ('pending', 'uploading', 'wanted') " \
               "ORDER BY state <> 'wanted', tries, at, hash LIMIT 1")                              \
    X(BL_NAMED, "SELECT process FROM step WHERE instr(line, :hash) > 0 UNION ALL SELECT process "  \
                "FROM foreign_line WHERE instr(line, :hash) > 0 UNION ALL SELECT id FROM journal " \
                "WHERE kind LIKE 'process.%' AND instr(body, :hash) > 0 LIMIT 1")                  \
    X(BL_NAMED_IN,                                                                                 \
      "SELECT erased_at IS NOT NULL FROM step WHERE process = :process AND instr(line, :hash) > "  \
      "0 "                                                                                         \
      "UNION ALL SELECT 0 FROM foreign_line WHERE process = :process AND state <> 'rejected' AND " \
      "instr(line, :hash) > 0 UNION ALL SELECT 0 FROM journal WHERE id = :process AND kind LIKE "  \
      "'process.%' AND instr(body, :hash) > 0 ORDER BY 1 DESC LIMIT 1")                            \
    X(BL_EACH, "SELECT " BLOB_COLS " FROM blob WHERE :process IN ('', process) ORDER BY at, hash") \
    X(BL_ERASED, "SELECT " BLOB_COLS " FROM blob b WHERE state <> 'erased' AND EXISTS (SELECT 1 "  \
                 "FROM step s WHERE s.process = b.process AND s.erased_at IS NOT NULL AND "        \
                 "instr(s.line, b.hash) > 0)")

enum process_sql_row {
#define X(name, text) SQL_##name,
    PROCESS_SQL_TABLE
#undef X
        PROCESS_SQL_N
};

/* Number of a row among all statements of a home. */
size_t process_sql(size_t which);

#endif
