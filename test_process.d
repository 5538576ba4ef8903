test_process.o: tests/sim/test_process.c dispatchd/bundle.h base/buf.h \
  base/err.h dispatchd/core.h base/clock.h base/config.h base/rnd.h \
  model/policy.h model/command.h model/path.h tests/kit/laptops.h \
  offline-db/bundle.h api/bundle.h api/wire.h api/json.h api/scan.h \
  base/crypto.h model/alarm.h model/role.h model/entity.h \
  offline-db/journal.h offline-db/home.h base/sqlkit.h \
  offline-db/mirror.h offline-db/process.h api/evidence.h base/arena.h \
  model/evidence.h model/procedure.h model/ruleset.h model/day.h \
  tests/kit/core_kit.h dispatchd/store.h tests/kit/fakenet.h \
  sync/engine.h tests/kit/scratch.h tests/sim/sim.h

dispatchd/bundle.h:

base/buf.h:

base/err.h:

dispatchd/core.h:

base/clock.h:

base/config.h:

base/rnd.h:

model/policy.h:

model/command.h:

model/path.h:

tests/kit/laptops.h:

offline-db/bundle.h:

api/bundle.h:

api/wire.h:

api/json.h:

api/scan.h:

base/crypto.h:

model/alarm.h:

model/role.h:

model/entity.h:

offline-db/journal.h:

offline-db/home.h:

base/sqlkit.h:

offline-db/mirror.h:

offline-db/process.h:

api/evidence.h:

base/arena.h:

model/evidence.h:

model/procedure.h:

model/ruleset.h:

model/day.h:

tests/kit/core_kit.h:

dispatchd/store.h:

tests/kit/fakenet.h:

sync/engine.h:

tests/kit/scratch.h:

tests/sim/sim.h:
