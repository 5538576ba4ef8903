#!/bin/sh
# Unit tests, screens, seeds of both simulations and 10 kills under ASan and UBSan.
exec tests/asan.sh
