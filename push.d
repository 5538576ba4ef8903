push.o: sync/push.c base/i18n.h base/log.h base/err.h sync/engine_p.h \
  api/wire.h api/json.h base/buf.h api/scan.h base/crypto.h \
  model/alarm.h model/command.h model/path.h model/policy.h model/role.h \
  model/entity.h http/sse.h offline-db/journal.h offline-db/home.h \
  base/clock.h base/rnd.h base/sqlkit.h sync/backoff.h sync/engine.h \
  base/config.h offline-db/mirror.h

base/i18n.h:

base/log.h:

base/err.h:

sync/engine_p.h:

api/wire.h:

api/json.h:

base/buf.h:

api/scan.h:

base/crypto.h:

model/alarm.h:

model/command.h:

model/path.h:

model/policy.h:

model/role.h:

model/entity.h:

http/sse.h:

offline-db/journal.h:

offline-db/home.h:

base/clock.h:

base/rnd.h:

base/sqlkit.h:

sync/backoff.h:

sync/engine.h:

base/config.h:

offline-db/mirror.h:
