#!/bin/sh
# The command line: JSON, exit statuses, refusals; admin verbs while serving.
exec python3 tests/e2e/cli.py
