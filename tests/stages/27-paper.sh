#!/bin/sh
# Papers of procedures and the pack that answers a petition.
exec python3 tests/e2e/paper.py
