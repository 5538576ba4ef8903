#!/bin/sh
# Usage: tests/fuzz/run.sh SECONDS
# Builds every tests/fuzz/fuzz_*.c with libFuzzer, ASan and UBSan, runs each that long from its corpus
# (which is not changed: findings go to build-fuzz/), two at a time. Ends with `N passed, N failed`.
set -u
seconds=${1:-10}
cd "$(dirname "$0")/../.." || exit 2
B=build-fuzz
san='-fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined'
libs=
for f in base model api rules http offline-db sync tui dispatchd; do libs="$libs $B/lib/$f.a"; done
make -s -j2 B=$B CC=clang OPT='-O1 -g' SAN="$san" $libs >$B.log 2>&1 || { tail -n 30 $B.log; echo "0 passed, 1 failed"; exit 1; }
pkgs=$(pkg-config --libs libsodium inih libzstd sqlite3 libcjson libcurl ncursesw libmicrohttpd)
mkdir -p $B/fuzz
for src in tests/fuzz/fuzz_*.c; do
    name=$(basename "$src" .c | sed 's/^fuzz_//')
    clang -std=gnu17 -I. -D_GNU_SOURCE -O1 -g -fsanitize=address,undefined,fuzzer \
        -fno-sanitize-recover=undefined -o "$B/fuzz/$name" "$src" -Wl,--start-group $libs -Wl,--end-group $pkgs -lm \
        >>$B.log 2>&1 || { tail -n 30 $B.log; echo "0 passed, 1 failed"; exit 1; }
done
one() {
    name=$1
    mkdir -p "$B/corpus/$name" "$B/findings/$name"
    "$B/fuzz/$name" -seed=20260101 -max_total_time="$seconds" -max_len=4096 -timeout=5 -rss_limit_mb=1024 \
        -artifact_prefix="$B/findings/$name/" -print_final_stats=1 \
        "$B/corpus/$name" "tests/fuzz/corpus/$name" >"$B/fuzz/$name.log" 2>&1
    echo $? >"$B/fuzz/$name.rc"
}
n=0
for src in tests/fuzz/fuzz_*.c; do
    one "$(basename "$src" .c | sed 's/^fuzz_//')" &
    n=$((n + 1))
    [ $((n % 2)) = 0 ] && wait
done
wait
passed=0
failed=0
for src in tests/fuzz/fuzz_*.c; do
    name=$(basename "$src" .c | sed 's/^fuzz_//')
    runs=$(sed -nE 's/^stat::number_of_executed_units: *([0-9]+).*/\1/p' "$B/fuzz/$name.log")
    if [ "$(cat "$B/fuzz/$name.rc")" = 0 ]; then
        passed=$((passed + 1))
        echo "ok   $name, ${runs:-0} runs"
    else
        failed=$((failed + 1))
        echo "FAIL $name; reproducer in $B/findings/$name/"
        grep -vE '^#[0-9]+|NEW_FUNC' "$B/fuzz/$name.log" | tail -n 25
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
