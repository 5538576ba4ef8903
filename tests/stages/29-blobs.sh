#!/bin/sh
# Attachments with a real server: cut, resumed, erased.
exec python3 tests/e2e/blobs.py
