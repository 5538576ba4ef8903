#!/bin/sh
# Rule sets against their schemas by ajv; the page of the alarm table against the table.
set -u
out=$(node tools/npm/check-rules.js)
printf '%s\n' "$out"
p=$(printf '%s' "$out" | sed -nE 's/^([0-9]+) passed.*/\1/p')
f=$(printf '%s' "$out" | sed -nE 's/.* ([0-9]+) failed/\1/p')
if build/gen-alarm-table | diff -u docs/alarm-states.md -; then p=$((p + 1)); else f=$((f + 1)); fi
echo "$p passed, $f failed"
[ "$f" = 0 ]
