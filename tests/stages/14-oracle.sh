#!/bin/sh
# The result of random polls counted a second time, from the words of model/election.h alone.
[ "${1:-all}" = long ] && polls=1000000 || polls=20000
exec python3 -B tests/oracle/check.py "${B:-build}/election-cases" "$polls"
