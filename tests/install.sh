#!/bin/sh
# make install into a scratch DESTDIR; the programs answer from there. Ends with `N passed, N failed`.
set -u
dest=$(mktemp -d)
trap 'rm -rf "$dest"' EXIT
passed=0
failed=0
ok() {
    name=$1
    shift
    if "$@" >/dev/null 2>&1; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAIL $name"; fi
}
ok install make -s install DESTDIR="$dest" PREFIX=/usr
for f in usr/bin/gridward usr/bin/gridward-dispatchd usr/libexec/gridward/gridward-notify \
    usr/share/man/man1/gridward.1 usr/share/man/zh_CN/man1/gridward.1 \
    usr/share/man/man1/gridward-dispatchd.1 usr/share/man/zh_CN/man1/gridward-dispatchd.1 \
    usr/share/man/man7/gridward-elections.7 usr/share/man/zh_CN/man7/gridward-elections.7 \
    usr/share/locale/zh_CN/LC_MESSAGES/gridward.mo usr/share/gridward/rules/policies.json \
    usr/share/gridward/rules/proc-village-direct.json usr/share/gridward/rules/notices/election.json; do
    ok "$f" test -s "$dest/$f"
done
# every rule file, and those of the notices in their own folder
for f in rules/*.json rules/notices/*.json rules/practice/*.json; do
    [ ! -e "$f" ] || ok "$f" cmp "$f" "$dest/usr/share/gridward/$f"
done
ok "gridward --version" "$dest/usr/bin/gridward" --version
ok "gridward-dispatchd --version" "$dest/usr/bin/gridward-dispatchd" --version
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
