#!/bin/sh
# Practice, which leaves nothing; the overview by the command line.
exec python3 tests/e2e/practice.py
