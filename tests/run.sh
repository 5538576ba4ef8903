#!/bin/sh
# Usage: tests/run.sh quick|all|long
# Runs the stages of `make check` (all), prints the seconds of each, ends with `N passed, N failed`.
# Every stage is a command whose last line is `N passed, N failed`, or a cmocka program.
set -u
mode=${1:-all}
B=${B:-build}
export B LC_ALL=C.UTF-8 TZ=Asia/Shanghai GRIDWARD_LOCALEDIR="$PWD/$B/locale" GRIDWARD_RULESDIR="$PWD/rules"
unset LANGUAGE LANG GRIDWARD_HOME
mkdir -p "$B/log"
limit=300
if [ "$mode" = long ]; then
    limit=14400
    export SIM_SEEDS=0:5000 PROC_SEEDS=0:2000
fi
export limit
passed=0
failed=0
report=

# Adds the counts of the last `N passed, N failed` line of a log; no such line = one failure.
tally() {
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$2" | tail -n 1)
    p=$(printf '%s' "$line" | sed -nE 's/^([0-9]+) passed, ([0-9]+) failed.*/\1/p')
    f=$(printf '%s' "$line" | sed -nE 's/^([0-9]+) passed, ([0-9]+) failed.*/\2/p')
    [ -n "$p" ] || { p=0; f=1; }
    [ "$3" = 0 ] || [ "$f" != 0 ] || f=1
    passed=$((passed + p))
    failed=$((failed + f))
    if [ "$f" != 0 ]; then
        echo "---- $1 failed; its last lines:"
        tail -n 40 "$2"
        echo "----"
    fi
}

stage() {
    name=$1
    shift
    log=$B/log/$name.log
    start=$(date +%s)
    "$@" >"$log" 2>&1
    status=$?
    tally "$name" "$log" "$status"
    seconds=$(($(date +%s) - start))
    report="$report$(printf '%5ds  %-12s %s passed, %s failed' "$seconds" "$name" "$p" "$f")
"
    printf '%5ds  %-12s %s passed, %s failed\n' "$seconds" "$name" "$p" "$f"
}

# cmocka programs of one folder, two at a time.
cmocka() {
    find "$B/tests/$1" -type f -name 'test_*' ! -name '*.d' | sort |
        xargs -P 2 -I{} sh -c 'out=$(timeout "$limit" "{}" 2>&1); rc=$?; printf "%s\n== %s exit %s\n" "$out" "{}" "$rc"' >"$B/log/$1.raw"
    cat "$B/log/$1.raw"
    good=$(grep -c '^\[       OK \]' "$B/log/$1.raw")
    bad=$(grep -c '^\[  FAILED  \] [^0-9]' "$B/log/$1.raw")
    crashed=$(grep -cE '^== .* exit ([2-9]|[1-9][0-9]+)$' "$B/log/$1.raw")
    odd=$(grep -cE '^== .* exit 1$' "$B/log/$1.raw")
    [ "$bad" -gt 0 ] || bad=$odd
    [ "$crashed" -gt "$bad" ] && bad=$crashed
    echo "$good passed, $bad failed"
    [ "$bad" = 0 ]
}

stage includes python3 tools/check-includes.py
stage words python3 tools/check-words.py
stage unit cmocka unit
stage screens cmocka screens
stage sim cmocka sim
if [ "$mode" != quick ]; then
    for s in tests/stages/*.sh; do
        [ -e "$s" ] && stage "$(basename "$s" .sh | sed 's/^[0-9]*-//')" sh "$s" "$mode"
    done
fi
echo "---- seconds of each stage"
printf '%s' "$report"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
