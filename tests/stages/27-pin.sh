#!/bin/sh
# Two clerks on one laptop: PIN, lock, the second person's signatures.
exec python3 tests/e2e/pin.py
