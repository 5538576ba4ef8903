#!/bin/sh
# Bundles: a clerk who is never online, two clerks without a server, files that are not what they were.
exec python3 tests/e2e/bundle.py
