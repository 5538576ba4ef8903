#!/bin/sh
# Unit tests, screens, 50 seeds and 10 kills under ASan and UBSan.
exec tests/asan.sh
