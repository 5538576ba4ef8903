#!/bin/sh
# make install into a DESTDIR, and the programs run from there.
exec tests/install.sh
