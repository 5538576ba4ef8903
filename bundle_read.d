bundle_read.o: api/bundle_read.c api/bundle_p.h api/bundle.h api/wire.h \
  api/json.h base/buf.h base/err.h api/scan.h base/crypto.h \
  model/alarm.h model/command.h model/path.h model/policy.h model/role.h \
  model/entity.h base/i18n.h base/zst.h

api/bundle_p.h:

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

base/i18n.h:

base/zst.h:
