#!/bin/sh
# The article's story with real processes.
exec python3 tests/e2e/story.py
