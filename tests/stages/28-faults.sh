#!/bin/sh
# Bad input and faults: no room, wrong clock, revoked device, TLS, hostile text, personal data in logs.
exec python3 tests/e2e/faults.py
