#!/bin/sh
# Manual pages: mandoc's lint (Chinese pages: errors only), and every verb of the programs' own help
# stands in its page, in both languages. Ends with `N passed, N failed`.
set -u
passed=0
failed=0
count() { if [ "$1" = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAIL $2"; fi; }
for page in man/*.1 man/*.7; do
    [ -e "$page" ] || continue
    out=$(mandoc -Tlint -W warning "$page" 2>&1 | grep -vE 'lower case character in document title|referenced manual not found')
    [ -z "$out" ]; count $? "$page: $out"
done
for page in man/zh_CN/*.1 man/zh_CN/*.7; do
    [ -e "$page" ] || continue
    out=$(mandoc -Tlint -W error "$page" 2>&1)
    [ -z "$out" ]; count $? "$page: $out"
done
for program in gridward gridward-dispatchd; do
    verbs=$(LANGUAGE=en LC_ALL=C.UTF-8 ./$program --help | sed -nE 's/^  ([a-z][a-z-]*( [a-z][a-z-]*)?).*/\1/p' | sort -u)
    for page in man/$program.1 man/zh_CN/$program.1; do
        text=$(mandoc -Tutf8 -O width=200 "$page" | col -b)
        printf '%s\n' "$verbs" | while read -r verb; do
            printf '%s' "$text" | grep -q -- "$verb" || echo "$page does not name: $verb"
        done >"${TMPDIR:-/tmp}/check-man.$$"
        [ ! -s "${TMPDIR:-/tmp}/check-man.$$" ]; count $? "$(cat "${TMPDIR:-/tmp}/check-man.$$")"
        rm -f "${TMPDIR:-/tmp}/check-man.$$"
    done
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
