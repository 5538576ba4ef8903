#!/bin/sh
# The figures of gridward beside those of the installed peers, in one run; see docs/bench.md.
# Usage: tests/bench/run.sh [--out FILE] [FIGURE…]
#   FIGURE: A1 A3 B1 B3 T1 T2 T3 M1 M2 E1 E2 E3 E4 E5 E6; all when none is named
#   --out   keeps the table there, as Markdown
# B is the build folder, as for make. A missing peer prints `skipped: PACKAGE`.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
exec python3 -B "$top/tests/bench/bench.py" "$@"
