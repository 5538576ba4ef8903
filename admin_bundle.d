admin_bundle.o: dispatchd/admin_bundle.c api/bundle.h api/wire.h \
  api/json.h base/buf.h base/err.h api/scan.h base/crypto.h \
  model/alarm.h model/command.h model/path.h model/policy.h model/role.h \
  model/entity.h base/fsutil.h base/i18n.h dispatchd/admin.h \
  dispatchd/store.h base/clock.h base/rnd.h dispatchd/bundle.h \
  dispatchd/core.h base/config.h rules/load.h

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

base/fsutil.h:

base/i18n.h:

dispatchd/admin.h:

dispatchd/store.h:

base/clock.h:

base/rnd.h:

dispatchd/bundle.h:

dispatchd/core.h:

base/config.h:

rules/load.h:
