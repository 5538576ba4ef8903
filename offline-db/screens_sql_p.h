/* SQL of the reading side: queue, card, people. Same scheme as sql_p.h; numbered by screen_sql().
 */
#ifndef GW_OFFLINE_DB_SCREENS_SQL_P_H
#define GW_OFFLINE_DB_SCREENS_SQL_P_H

/* Columns of one queue row in the order that queue_row.c reads them. typeof() looks at the record's
 * header only, so that a big row's overflow pages stay on the disk. */
#define QUEUE_SELECT                                                                               \
    "SELECT a.id, a.path, a.kind, a.severity, a.state, a.level, a.waits, a.due_at, a.raised_at, "  \
    "a.count, a.device_id, a.dwelling_id, a.resident_id, a.acked_by, a.acked_at, a.ack_due_at, "   \
    "a.stage, a.restored_at, a.outcome, a.closed_at, a.closed_by, a.policy, a.policy_version, "    \
    "typeof(a.offer) <> 'null' OR typeof(a.closing) <> 'null' OR typeof(a.before) <> 'null' OR "   \
    "typeof(a.extra) <> 'null', max(a.rev, ifnull(o.rev, 0)), o.row, o.mark, o.mark_n, "           \
    "o.mark_count, r.name, r.alone, d.estate, d.building, d.unit, w.name, a.visited FROM alarm a " \
    "LEFT JOIN overlay o ON o.id = a.id LEFT JOIN resident r ON r.id = a.resident_id "             \
    "LEFT JOIN dwelling d ON d.id = a.dwelling_id LEFT JOIN worker w ON w.id = a.acked_by "

/* What stays in memory of each alarm, in the order of queue_brief_read(). Column 11: it has parts that
 * only the whole row tells. */
#define QUEUE_BRIEF                                                                                \
    "SELECT a.id, a.severity, a.state, a.level, a.waits, a.due_at, a.raised_at, a.acked_by, "      \
    "a.ack_due_at, a.closed_at, a.rev, o.id IS NOT NULL OR typeof(a.offer) <> 'null' OR "       \
    "typeof(a.closing) <> 'null', a.kind FROM alarm a LEFT JOIN overlay o ON o.id = a.id "

#define PERSON_SELECT                                                                              \
    "SELECT r.id, r.name, r.sex, r.birth_date, r.tags, d.estate, d.building, d.unit, (SELECT "     \
    "a.id FROM alarm a WHERE a.resident_id = r.id AND a.state <> 'closed' LIMIT 1), "

#define SCREEN_SQL_TABLE                                                                           \
    X(Q_OPEN, QUEUE_BRIEF "WHERE a.state <> 'closed'")                                            \
    X(Q_ALL, QUEUE_BRIEF)                                                                         \
    X(Q_SINCE, QUEUE_BRIEF "WHERE a.id IN (SELECT id FROM alarm WHERE rev > :rev UNION SELECT "   \
                            "id FROM overlay WHERE rev > :rev)")                                   \
    X(Q_ONE, QUEUE_SELECT "WHERE a.id = :id")                                                      \
    X(Q_ALONE, "SELECT id FROM overlay WHERE alone = 1 AND rev > :rev")                            \
    X(WORKER_NAME, "SELECT name FROM worker WHERE id = :id")                                       \
    X(RESIDENT_SHORT, "SELECT name, alone FROM resident WHERE id = :id")                           \
    X(DWELLING_SHORT, "SELECT estate, building, unit FROM dwelling WHERE id = :id")                \
    X(C_RESIDENT, "SELECT name, sex, birth_date, phone, alone, ability, hearing, dialect, tags "   \
                  "FROM resident WHERE id = :id")                                                  \
    X(C_DWELLING, "SELECT address, estate, building, unit, floor, room, key_place FROM dwelling "  \
                  "WHERE id = :id")                                                                \
    X(C_DEVICE, "SELECT kind, place, model, battery, last_seen_at, readings FROM device WHERE id " \
                "= :id")                                                                           \
    X(C_CONTACTS, "SELECT ord, name, relation, phone, note FROM contact WHERE resident_id = :id "  \
                  "ORDER BY ord, id LIMIT :limit")                                                 \
    X(C_NOTES, "SELECT at, kind, text FROM care_note WHERE resident_id = :id ORDER BY at DESC, "   \
               "id DESC LIMIT :limit")                                                             \
    X(C_PAST, "SELECT raised_at, kind, outcome FROM alarm WHERE dwelling_id = :dwelling AND id "   \
              "<> :id AND state = 'closed' ORDER BY raised_at DESC LIMIT :limit")                  \
    X(C_ALARM, "SELECT address, text, readings, events, events_total FROM alarm WHERE id = :id")   \
    X(C_GRID, "SELECT leader, leader_phone, duty_name, duty_phone FROM grid WHERE id = :path")     \
    X(C_PEOPLE, "SELECT id, name, role, duty, paths, path FROM worker ORDER BY id")                \
    X(C_ABOVE, "SELECT people FROM grid WHERE people IS NOT NULL AND (id = :path OR "              \
               "substr(:path, 1, length(id) + 1) = id || '.') ORDER BY length(id) DESC LIMIT 1")   \
    X(P_NAME, PERSON_SELECT "CASE WHEN r.name = :text THEN 0 WHEN r.name LIKE :prefix ESCAPE "     \
                            "'\\' THEN 1 ELSE 2 END FROM resident r LEFT JOIN dwelling d ON d.id " \
                            "= r.dwelling_id WHERE r.name LIKE :infix ESCAPE '\\' ORDER BY 10, "   \
                            "r.name, r.id LIMIT :limit")                                           \
    X(P_PHONE, PERSON_SELECT "3 FROM resident r LEFT JOIN dwelling d ON d.id = r.dwelling_id "     \
                             "WHERE r.phone LIKE :suffix ESCAPE '\\' ORDER BY r.id LIMIT :limit")  \
    X(P_IDNUM, PERSON_SELECT "4 FROM resident_private p JOIN resident r ON r.id = p.id LEFT JOIN " \
                             "dwelling d ON d.id = r.dwelling_id WHERE p.id_number LIKE :suffix "  \
                             "ESCAPE '\\' ORDER BY r.id LIMIT :limit")                             \
    X(P_ADDRESS, PERSON_SELECT "CASE WHEN d.match_key LIKE :prefix ESCAPE '\\' THEN 5 ELSE 6 END " \
                               "FROM dwelling d JOIN resident r ON r.dwelling_id = d.id WHERE "    \
                               "d.match_key LIKE :infix ESCAPE '\\' ORDER BY 10, d.match_key, "    \
                               "r.id LIMIT :limit")                                                \
    X(P_ONE, PERSON_SELECT "0 FROM resident r LEFT JOIN dwelling d ON d.id = r.dwelling_id WHERE " \
                           "r.id = :id")                                                           \
    X(P_DWELLING, "SELECT dwelling_id, household_id FROM resident WHERE id = :id")                 \
    X(P_MEMBERS, PERSON_SELECT "ifnull(json_extract(m.value, '$.relation'), r.relation) FROM "     \
                               "household h, json_each(h.members) m JOIN resident r ON r.id = "    \
                               "json_extract(m.value, '$.resident_id') LEFT JOIN dwelling d ON "   \
                               "d.id = r.dwelling_id WHERE h.id = :id ORDER BY m.key")             \
    X(P_LIVE_IN, PERSON_SELECT "r.relation FROM resident r LEFT JOIN dwelling d ON d.id = "        \
                               "r.dwelling_id WHERE r.path = (SELECT path FROM dwelling WHERE "    \
                               "id = :id) AND r.dwelling_id = :id ORDER BY r.household_id, "       \
                               "r.relation, r.id")

enum screen_sql {
#define X(name, text) SQL_##name,
    SCREEN_SQL_TABLE
#undef X
        SCREEN_SQL_N
};

#endif
