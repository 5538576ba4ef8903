#!/bin/sh
# Unit tests, screens, 50 and 20 seeds of the simulations and 10 kills under ASan and UBSan.
# Ends with `N passed, N failed`.
set -u
B=build-asan
make -s -j2 B=$B OPT='-O1 -g' SAN='-fsanitize=address,undefined -fno-sanitize-recover=undefined' tests-bin programs >"$B.log" 2>&1 ||
    { tail -n 30 "$B.log"; echo "0 passed, 1 failed"; exit 1; }
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 SIM_SEEDS=0:50 PROC_SEEDS=0:20
passed=0
failed=0
# Two at a time; each leaves its output and its exit status beside itself.
find $B/tests/unit $B/tests/screens $B/tests/sim -type f -name 'test_*' ! -name '*.d' ! -name '*.one' ! -name '*.rc' | sort >"$B/tests.list"
xargs -P 2 -I{} sh -c 'timeout 600 "{}" >"{}.one" 2>&1; echo $? >"{}.rc"' <"$B/tests.list"
while read -r t; do
    if [ "$(cat "$t.rc")" = 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "---- $t"
        grep -nE 'ERROR|runtime error|FAILED|#[0-9] ' "$t.one" | head -n 30
    fi
done <"$B/tests.list"
# Processes that are killed cannot report leaks; what the others report goes to the log by exit status.
if E2E_BIN=$B E2E_BOUND=60 python3 tests/e2e/kills.py 10 >"$B.one" 2>&1; then
    passed=$((passed + 1))
else
    failed=$((failed + 1))
    tail -n 30 "$B.one"
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
