/* Every statement of the SQLite driver. Named parameters, prepared once. */
#include "dispatchd/store_sqlite_p.h"

#define NEWEST "max(seq, coalesce((SELECT max(seq) FROM fresh), 0))"

const struct gw_sql store_sql[STORE_SQL_N] = {
    /* counters. SQL_MARK is stepped and left open: all reads then see one state. */
    [SQL_MARK] = {"SELECT seq FROM meta"},
    [SQL_META] = {"SELECT epoch, " NEWEST ", horizon, sign_seed, box_secret FROM meta"},
    [SQL_NEWEST] = {"SELECT " NEWEST " FROM meta"},
    [SQL_META_SEQ] = {"UPDATE meta SET seq = :seq"},
    [SQL_META_INIT] = {"INSERT INTO meta (one, epoch, seq, horizon, sign_seed, box_secret) "
                       "VALUES (1, :epoch, 0, 0, :sign, :box)"},
    [SQL_META_EPOCH] = {"UPDATE meta SET epoch = :epoch"},
    [SQL_META_HORIZON] = {"UPDATE meta SET horizon = max(horizon, :seq)"},
    [SQL_PREDECESSOR] = {"SELECT until_seq FROM predecessor WHERE epoch = :epoch"},
    [SQL_PREDECESSOR_ADD] = {"INSERT INTO predecessor (epoch, until_seq, at) "
                             "SELECT epoch, " NEWEST ", :now FROM meta"},

    /* rows */
    [SQL_ROW_WHERE] = {"SELECT path, seq, rowid FROM row WHERE type = :type AND id = :id"},
    [SQL_ROW_ADD] = {"INSERT INTO row (type, id, path, seq, body, serial) "
                     "VALUES (:type, :id, :path, :seq, :body, "
                     "CASE :type WHEN 11 THEN json_extract(:body, '$.serial') END)"},
    [SQL_ROW_SET] = {"UPDATE row SET path = :path, seq = :seq, body = :body WHERE rowid = :row"},
    [SQL_ROW_SERIAL_SET] = {"UPDATE row SET serial = json_extract(body, '$.serial') "
                            "WHERE rowid = :row "
                            "AND serial IS NOT json_extract(body, '$.serial')"},
    [SQL_ROW_DEL] = {"DELETE FROM row WHERE type = :type AND id = :id"},
    [SQL_ROW_GET] = {"SELECT path, seq, rowid, body FROM row WHERE type = :type AND id = :id"},
    [SQL_ROW_EACH] = {"SELECT id, path, seq, body FROM row WHERE type = :type AND id > :after "
                      "ORDER BY id"},
    [SQL_ROW_EACH_SCOPE] = {"SELECT f.id, r.path, r.seq, r.body FROM feed f "
                            "JOIN row r ON r.type = f.type AND r.id = f.id "
                            "WHERE f.scope = :scope AND f.type = :type AND f.id > :after "
                            "AND f.op = 0 ORDER BY f.id"},
    [SQL_ROW_SERIAL] = {"SELECT id FROM row WHERE serial = :serial ORDER BY id LIMIT 1"},
    [SQL_ROW_AREAS] = {"SELECT path FROM row WHERE type = :type ORDER BY id"},

    /* feed */
    [SQL_FEED_SET] = {"INSERT INTO feed (scope, type, id, seq, op) "
                      "VALUES (:scope, :type, :id, :seq, :op) ON CONFLICT (scope, type, id) "
                      "DO UPDATE SET seq = excluded.seq, op = excluded.op"},
    /* a row that has come back has a line in fresh */
    [SQL_FEED_READ] = {"SELECT type, id, seq, op FROM feed f "
                       "WHERE scope = :scope AND seq > :since AND ((:types >> type) & 1) "
                       "AND (op = 0 OR NOT EXISTS (SELECT 1 FROM row r WHERE r.type = f.type "
                       "AND r.id = f.id AND r.seq > f.seq AND (r.path = :scope OR "
                       "substr(r.path, 1, length(:scope) + 1) = :scope || '.'))) "
                       "ORDER BY seq LIMIT :limit"},

    /* fresh */
    [SQL_FRESH_PUT] = {"INSERT INTO fresh (seq, type, id, path, was_path, was_seq, body) "
                       "VALUES (:seq, :type, :id, :path, :was_path, :was_seq, :body)"},
    [SQL_FRESH_ROW] = {"SELECT path, seq, 0, body FROM fresh "
                       "WHERE seq = :seq AND type = :type AND id = :id AND body IS NOT NULL"},
    [SQL_FRESH_MOVED] = {"UPDATE fresh SET body = NULL WHERE seq = :seq"},
    [SQL_FRESH_LAST] = {"SELECT max(seq) FROM fresh"},
    [SQL_FRESH_FIRST] = {"SELECT min(seq) FROM fresh"},
#define FRESH_COLUMNS "SELECT seq, type, id, path, was_path, was_seq, body FROM fresh "
    [SQL_FRESH_READ] = {FRESH_COLUMNS "WHERE seq > :since AND ((:types >> type) & 1) ORDER BY seq"},
    [SQL_FRESH_NEW] = {FRESH_COLUMNS "WHERE seq > :since ORDER BY seq"},
    [SQL_FRESH_FOLD] = {FRESH_COLUMNS "ORDER BY seq LIMIT :limit"},
    [SQL_FRESH_EACH] = {"SELECT n.id, n.path, n.seq, coalesce(n.body, r.body) FROM fresh n "
                        "LEFT JOIN row r ON n.body IS NULL AND r.type = n.type AND r.id = n.id "
                        "AND r.seq = n.seq WHERE n.type = :type AND n.id > :after "
                        "AND n.path IS NOT NULL AND (n.body IS NOT NULL OR r.seq IS NOT NULL) "
                        "ORDER BY n.id"},
    [SQL_FRESH_DROP] = {"DELETE FROM fresh WHERE seq <= :seq"},
    [SQL_DIGEST_ADD] = {"INSERT INTO digest (scope, type, count, hi, lo) "
                        "VALUES (:scope, :type, :count, :hi, :lo) ON CONFLICT (scope, type) "
                        "DO UPDATE SET count = count + excluded.count, hi = hi + excluded.hi, "
                        "lo = lo + excluded.lo"},
    [SQL_DIGEST_GET] = {"SELECT count, hi, lo FROM digest WHERE scope = :scope AND type = :type"},
    [SQL_TIME_LAST] = {"SELECT seq, at FROM seq_time ORDER BY seq DESC LIMIT 1"},
    [SQL_TIME_ADD] = {"INSERT OR REPLACE INTO seq_time (seq, at) VALUES (:seq, :now)"},
    [SQL_TIME_CUT] = {"SELECT max(seq) FROM seq_time WHERE at < :before"},
    [SQL_TIME_DROP] = {"DELETE FROM seq_time WHERE seq <= :seq"},
    [SQL_FEED_PRUNE] = {"DELETE FROM feed WHERE op <> 0 AND seq <= :seq"},

    /* users and grants */
    [SQL_USER_PUT] = {"INSERT INTO user (id, name, role) VALUES (:id, :name, :role) "
                      "ON CONFLICT (id) DO UPDATE SET name = excluded.name, role = excluded.role"},
    [SQL_USER_GET] = {"SELECT id, name, role FROM user WHERE id = :id"},
    [SQL_USER_EACH] = {"SELECT id, name, role FROM user ORDER BY id"},
    [SQL_GRANTS] = {"SELECT path, granted FROM grants WHERE user = :user ORDER BY path"},
    [SQL_GRANT_ADD] = {"INSERT INTO grants (user, path, granted) VALUES (:user, :path, :seq)"},
    [SQL_GRANT_GET] = {"SELECT granted FROM grants WHERE user = :user AND path = :path"},
    [SQL_GRANT_DROP] = {"DELETE FROM grants WHERE user = :user AND path = :path"},
    [SQL_GRANT_PAST] = {"INSERT INTO grant_history (user, path, granted, ended, ended_at) "
                        "VALUES (:user, :path, :granted, :seq, :now)"},
    [SQL_GRANT_COVERED] = {"SELECT path FROM grant_history WHERE user = :user AND ended > :seq "
                           "AND granted <= :seq AND ended_at >= :after"},

    /* consoles, codes, sources */
    [SQL_CONSOLE_PUT] = {"INSERT INTO console (id, user, name, public_key, created_at, revoked_at, "
                         "revoked_seq, seen_at) VALUES (:id, :user, :name, :key, :created, "
                         ":revoked, :revoked_seq, :seen) ON CONFLICT (id) DO UPDATE SET "
                         "name = excluded.name, revoked_at = excluded.revoked_at, "
                         "revoked_seq = excluded.revoked_seq, seen_at = excluded.seen_at"},
    [SQL_CONSOLE_GET] = {"SELECT id, user, name, public_key, created_at, revoked_at, revoked_seq, "
                         "seen_at, n, head FROM console WHERE id = :id"},
    [SQL_CONSOLE_EACH] = {"SELECT id, user, name, public_key, created_at, revoked_at, "
                          "revoked_seq, seen_at, n, head FROM console ORDER BY created_at, id"},
    [SQL_CONSOLE_SEEN] = {"UPDATE console SET seen_at = max(seen_at, :at) WHERE id = :id"},
    [SQL_CONSOLE_HEAD] = {"UPDATE console SET n = :n, head = :head WHERE id = :id AND n < :n"},
    [SQL_CODE_PUT] = {"INSERT INTO enroll_code (locator, secret_hash, user, expires_at, used_at, "
                      "wrong) VALUES (:locator, :hash, :user, :expires, :used, :wrong) "
                      "ON CONFLICT (locator) DO UPDATE SET secret_hash = excluded.secret_hash, "
                      "user = excluded.user, expires_at = excluded.expires_at, "
                      "used_at = excluded.used_at, wrong = excluded.wrong"},
    [SQL_CODE_GET] = {"SELECT locator, secret_hash, user, expires_at, used_at, wrong "
                      "FROM enroll_code WHERE locator = :locator"},
    [SQL_CODES_EXPIRE] = {"DELETE FROM enroll_code WHERE expires_at <= :now"},
    [SQL_SOURCE_PUT] = {"INSERT INTO source (name, area, token_hash, created_at) "
                        "VALUES (:name, :area, :hash, :created)"},
    [SQL_SOURCE_TOKEN] = {"SELECT name, area, token_hash, created_at FROM source "
                          "WHERE token_hash = :hash"},
    [SQL_SOURCE_EACH] = {"SELECT name, area, token_hash, created_at FROM source ORDER BY name"},
    [SQL_SEEN_GET] = {"SELECT alarm, seq FROM ingest_seen "
                      "WHERE source = :source AND event_id = :event"},
    [SQL_SEEN_PUT] = {"INSERT INTO ingest_seen (source, event_id, alarm, seq, at) "
                      "VALUES (:source, :event, :alarm, :seq, :now)"},
    [SQL_SEEN_UNTIL] = {"SELECT source, event_id FROM ingest_seen "
                        "WHERE (source, event_id) > (:source, :event) "
                        "ORDER BY source, event_id LIMIT 1 OFFSET :n"},
    [SQL_SEEN_EXPIRE] = {"DELETE FROM ingest_seen WHERE (source, event_id) > (:source, :event) "
                         "AND (source, event_id) <= (:to_source, :to_event) AND at < :before"},
    [SQL_SEEN_EXPIRE_REST] = {"DELETE FROM ingest_seen "
                              "WHERE (source, event_id) > (:source, :event) AND at < :before"},

    /* commands */
    [SQL_COMMAND_PUT] = {"INSERT INTO command (dev, n, uid, user, hash, prev, kind, entity, base, "
                         "base_epoch, base_seq, body, sig, priv, result, seq, at, answer, effect, "
                         "gap) VALUES (:dev, :n, :uid, :user, :hash, :prev, :kind, :entity, "
                         ":base, :base_epoch, :base_seq, :body, :sig, :priv, :result, :seq, :at, "
                         ":answer, :effect, :gap)"},
#define COMMAND_COLUMNS                                                                            \
    "SELECT dev, n, uid, user, hash, prev, kind, entity, base, base_seq, body, sig, priv, "        \
    "result, seq, at, answer, effect, gap FROM command "
    [SQL_COMMAND_GET] = {COMMAND_COLUMNS "WHERE dev = :dev AND n = :n"},
    [SQL_COMMAND_UID] = {COMMAND_COLUMNS
                         "WHERE uid = :uid AND user = :user ORDER BY rowid LIMIT 1"},
    [SQL_COMMAND_EACH] = {COMMAND_COLUMNS "WHERE dev = :dev AND n > :n ORDER BY n"},
    [SQL_COMMAND_OPEN] = {COMMAND_COLUMNS
                          "WHERE result IN ('review', 'quarantined') ORDER BY dev, n"},
    [SQL_COMMAND_BASE] = {"SELECT coalesce(max(base_seq), -1) FROM command "
                          "WHERE dev = :dev AND n < :n AND base_epoch = :epoch"},
    [SQL_COMMAND_ERASE] = {"UPDATE command SET priv = NULL WHERE dev = :dev AND n = :n"},
    [SQL_COMMAND_GAP] = {"UPDATE command SET gap = 0 WHERE dev = :dev AND n = :n"},
    [SQL_HOLE_ADD] = {"INSERT INTO hole (dev, lo, hi) VALUES (:dev, :lo, :hi)"},
    [SQL_HOLE_FIND] = {"SELECT lo, hi FROM hole WHERE dev = :dev AND lo <= :n AND hi >= :n"},
    [SQL_HOLE_DROP] = {"DELETE FROM hole WHERE dev = :dev AND lo = :lo"},
    [SQL_HOLES] = {"SELECT lo, hi FROM hole WHERE dev = :dev ORDER BY lo LIMIT :limit"},

    /* alarms, policies */
    [SQL_ALARM_PUT] = {"INSERT INTO alarm_open (id, key, kind, state, next_at) "
                       "VALUES (:id, :key, :kind, :state, :next) ON CONFLICT (id) DO UPDATE SET "
                       "key = excluded.key, kind = excluded.kind, state = excluded.state, "
                       "next_at = excluded.next_at"},
    [SQL_ALARM_DROP] = {"DELETE FROM alarm_open WHERE id = :id"},
#define ALARM_COLUMNS "SELECT id, key, kind, state, next_at FROM alarm_open "
    [SQL_ALARM_GET] = {ALARM_COLUMNS "WHERE id = :id"},
    [SQL_ALARM_FIND] = {ALARM_COLUMNS "WHERE key = :key AND kind = :kind ORDER BY id DESC LIMIT 1"},
    [SQL_ALARM_DUE] = {ALARM_COLUMNS "WHERE next_at > 0 AND next_at <= :now "
                                     "ORDER BY next_at, id LIMIT :limit"},
    [SQL_ALARM_NEXT] = {"SELECT min(next_at) FROM alarm_open WHERE next_at > 0"},
    [SQL_ALARM_EACH] = {ALARM_COLUMNS "ORDER BY id"},
    [SQL_POLICY_PUT] = {"INSERT OR IGNORE INTO policy (id, version, body) "
                        "VALUES (:id, :version, :body)"},
    [SQL_POLICY_GET] = {"SELECT body FROM policy WHERE id = :id AND version = :version"},

    /* attachments */
    [SQL_BLOB_PUT] = {"INSERT OR IGNORE INTO blob_ref (hash, step) VALUES (:hash, :step)"},
    [SQL_BLOB_STEPS] = {"SELECT hash, step, erased_at FROM blob_ref WHERE hash = :key "
                        "ORDER BY step"},
    [SQL_BLOB_OF_STEP] = {"SELECT hash, step, erased_at FROM blob_ref WHERE step = :key "
                          "ORDER BY hash"},
    [SQL_BLOB_ERASE] = {"UPDATE blob_ref SET erased_at = :now WHERE erased_at = 0 AND hash IN "
                        "(SELECT hash FROM blob_ref WHERE step = :step)"},

    /* counts */
    [SQL_COUNT_ROWS] =
        {"SELECT (SELECT count(*) FROM row WHERE type = :type) + "
         "(SELECT count(*) FROM fresh WHERE :type = 1 AND type = 1 AND body IS NOT NULL)"},
    [SQL_COUNTS] = {"SELECT (SELECT count(*) FROM user), "
                    "(SELECT count(*) FROM console WHERE revoked_at = 0), "
                    "(SELECT count(*) FROM source), (SELECT coalesce(max(rowid), 0) FROM command), "
                    "(SELECT count(*) FROM command WHERE result IN ('review', 'quarantined') "
                    "AND result = 'review'), "
                    "(SELECT count(*) FROM command WHERE result IN ('review', 'quarantined') "
                    "AND result = 'quarantined'), "
                    "(SELECT count(*) FROM alarm_open)"},
};
