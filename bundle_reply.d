bundle_reply.o: offline-db/bundle_reply.c offline-db/bundle.h \
  api/bundle.h api/wire.h api/json.h base/buf.h base/err.h api/scan.h \
  base/crypto.h model/alarm.h model/command.h model/path.h \
  model/policy.h model/role.h model/entity.h offline-db/journal.h \
  offline-db/home.h base/clock.h base/rnd.h base/sqlkit.h \
  offline-db/mirror.h offline-db/foreign_p.h api/evidence.h base/arena.h \
  model/evidence.h offline-db/process_p.h offline-db/odb_p.h base/i18n.h \
  offline-db/screens_sql_p.h offline-db/sql_p.h offline-db/process.h \
  model/procedure.h model/ruleset.h model/day.h \
  offline-db/process_sql_p.h

offline-db/bundle.h:

api/bundle.h:

api/wire.h:

api/json.h:

base/buf.h:

base/err.h:

api/scan.h:

base/crypto.h:

model/alarm.h:

model/command.h:

model/path.h:

model/policy.h:

model/role.h:

model/entity.h:

offline-db/journal.h:

offline-db/home.h:

base/clock.h:

base/rnd.h:

base/sqlkit.h:

offline-db/mirror.h:

offline-db/foreign_p.h:

api/evidence.h:

base/arena.h:

model/evidence.h:

offline-db/process_p.h:

offline-db/odb_p.h:

base/i18n.h:

offline-db/screens_sql_p.h:

offline-db/sql_p.h:

offline-db/process.h:

model/procedure.h:

model/ruleset.h:

model/day.h:

offline-db/process_sql_p.h:
