fsutil.o: base/fsutil.c base/fsutil.h base/buf.h base/err.h base/i18n.h

base/fsutil.h:

base/buf.h:

base/err.h:

base/i18n.h:
