journal_sync.o: offline-db/journal_sync.c offline-db/journal.h base/buf.h \
  base/err.h model/command.h model/path.h offline-db/home.h base/clock.h \
  base/crypto.h base/rnd.h base/sqlkit.h model/alarm.h model/policy.h \
  model/role.h model/entity.h offline-db/odb_p.h api/wire.h api/json.h \
  api/scan.h base/i18n.h offline-db/mirror.h offline-db/screens_sql_p.h \
  offline-db/sql_p.h offline-db/process_sql_p.h

offline-db/journal.h:

base/buf.h:

base/err.h:

model/command.h:

model/path.h:

offline-db/home.h:

base/clock.h:

base/crypto.h:

base/rnd.h:

base/sqlkit.h:

model/alarm.h:

model/policy.h:

model/role.h:

model/entity.h:

offline-db/odb_p.h:

api/wire.h:

api/json.h:

api/scan.h:

base/i18n.h:

offline-db/mirror.h:

offline-db/screens_sql_p.h:

offline-db/sql_p.h:

offline-db/process_sql_p.h:
