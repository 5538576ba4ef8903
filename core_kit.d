core_kit.o: tests/kit/core_kit.c tests/kit/core_kit.h api/json.h \
  base/buf.h base/err.h api/wire.h api/scan.h base/crypto.h \
  model/alarm.h model/command.h model/path.h model/policy.h model/role.h \
  model/entity.h dispatchd/core.h base/clock.h base/config.h base/rnd.h \
  dispatchd/store.h tests/kit/scratch.h

tests/kit/core_kit.h:

api/json.h:

base/buf.h:

base/err.h:

api/wire.h:

api/scan.h:

base/crypto.h:

model/alarm.h:

model/command.h:

model/path.h:

model/policy.h:

model/role.h:

model/entity.h:

dispatchd/core.h:

base/clock.h:

base/config.h:

base/rnd.h:

dispatchd/store.h:

tests/kit/scratch.h:
