crypto.o: base/crypto.c base/crypto.h base/err.h

base/crypto.h:

base/err.h:
