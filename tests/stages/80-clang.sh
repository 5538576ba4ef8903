#!/bin/sh
# Everything compiles with clang too.
make -j2 B=build-clang CC=clang OPT=-O1 build-clang/gridward build-clang/gridward-dispatchd >build/log/clang-build.log 2>&1
if [ $? = 0 ]; then echo "1 passed, 0 failed"; else tail -n 30 build/log/clang-build.log; echo "0 passed, 1 failed"; exit 1; fi
