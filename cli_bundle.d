cli_bundle.o: cli/cli_bundle.c base/fsutil.h base/buf.h base/err.h \
  base/i18n.h cli/cli_process_p.h cli/cli_p.h api/json.h base/config.h \
  cli/cli.h model/entity.h offline-db/home.h base/clock.h base/crypto.h \
  base/rnd.h base/sqlkit.h model/alarm.h model/command.h model/path.h \
  model/policy.h model/role.h offline-db/journal.h offline-db/queue.h \
  offline-db/process.h api/evidence.h api/wire.h api/scan.h base/arena.h \
  model/evidence.h model/procedure.h model/ruleset.h model/day.h \
  offline-db/bundle.h api/bundle.h offline-db/mirror.h

base/fsutil.h:

base/buf.h:

base/err.h:

base/i18n.h:

cli/cli_process_p.h:

cli/cli_p.h:

api/json.h:

base/config.h:

cli/cli.h:

model/entity.h:

offline-db/home.h:

base/clock.h:

base/crypto.h:

base/rnd.h:

base/sqlkit.h:

model/alarm.h:

model/command.h:

model/path.h:

model/policy.h:

model/role.h:

offline-db/journal.h:

offline-db/queue.h:

offline-db/process.h:

api/evidence.h:

api/wire.h:

api/scan.h:

base/arena.h:

model/evidence.h:

model/procedure.h:

model/ruleset.h:

model/day.h:

offline-db/bundle.h:

api/bundle.h:

offline-db/mirror.h:
