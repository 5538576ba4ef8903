#!/bin/sh
# The desk: several consoles on one alarm, levels, holds, hand-over, second person, notification.
exec python3 tests/e2e/desk.py
