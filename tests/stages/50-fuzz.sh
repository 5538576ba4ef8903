#!/bin/sh
# Every fuzz target with its corpus.
[ "${1:-all}" = long ] && seconds=180 || seconds=10
exec tests/fuzz/run.sh "$seconds"
