test_bundle.o: tests/unit/dispatchd/test_bundle.c api/bundle.h api/wire.h \
  api/json.h base/buf.h base/err.h api/scan.h base/crypto.h \
  model/alarm.h model/command.h model/path.h model/policy.h model/role.h \
  model/entity.h dispatchd/bundle.h dispatchd/core.h base/clock.h \
  base/config.h base/rnd.h tests/kit/core_kit.h dispatchd/store.h

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

dispatchd/bundle.h:

dispatchd/core.h:

base/clock.h:

base/config.h:

base/rnd.h:

tests/kit/core_kit.h:

dispatchd/store.h:
