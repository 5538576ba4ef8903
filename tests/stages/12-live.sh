#!/bin/sh
# Answers of a real server, checked by ajv; the client was written from docs/protocol.md.
exec python3 tests/e2e/live_contract.py
