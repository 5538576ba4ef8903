#!/bin/sh
# Elections and other procedures from the opening to verified evidence, by the command line.
exec python3 tests/e2e/elections.py
