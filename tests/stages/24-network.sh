#!/bin/sh
# The network cut in the middle: stopped, frozen, dead names, lost grants.
exec python3 tests/e2e/network.py
