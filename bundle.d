bundle.o: dispatchd/bundle.c dispatchd/bundle.h base/buf.h base/err.h \
  dispatchd/core.h base/clock.h base/config.h base/rnd.h model/policy.h \
  model/command.h model/path.h api/bundle.h api/wire.h api/json.h \
  api/scan.h base/crypto.h model/alarm.h model/role.h model/entity.h \
  base/i18n.h dispatchd/core_p.h dispatchd/map_p.h dispatchd/store.h

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

api/bundle.h:

api/wire.h:

api/json.h:

api/scan.h:

base/crypto.h:

model/alarm.h:

model/role.h:

model/entity.h:

base/i18n.h:

dispatchd/core_p.h:

dispatchd/map_p.h:

dispatchd/store.h:
