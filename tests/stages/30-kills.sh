#!/bin/sh
# kill -9 of console, command line and server at random moments, and of whoever records in an election.
[ "${1:-all}" = long ] && cycles=1000 || cycles=60
exec python3 tests/e2e/kills.py "$cycles"
