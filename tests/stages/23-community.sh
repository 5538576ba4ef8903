#!/bin/sh
# Elections of residents' committees in the three modes, from the opening to the archive and what breaks each.
exec python3 tests/e2e/community.py
