#!/bin/sh
# A whole gridward on one machine, in a scratch folder: a dispatch server with a community of 2,000
# residents, devices that play the article's story and ordinary noise, an enrolled grid worker, and
# the console. Leaving the console stops everything that was started here.
# GRIDWARD_DEMO_SMOKE=1 does all but the console and prints where it stands (for tests).
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d "${TMPDIR:-/tmp}/gridward-demo.XXXXXX")
server=
devices=
stop() {
    trap - EXIT INT TERM HUP
    for pid in $devices $server; do
        kill "$pid" 2>/dev/null || true
    done
    for pid in $devices $server; do
        wait "$pid" 2>/dev/null || true
    done
    rm -rf "$scratch"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

store=sqlite:$scratch/dispatch.db
d=$top/gridward-dispatchd
"$d" init --store "$store" >&2
"$d" demo-data --store "$store" --seed 2021 --residents "${GRIDWARD_DEMO_RESIDENTS:-2000}" --json >"$scratch/community.json"
token=$("$d" source add demo --store "$store")
code=$("$d" enroll-code worker-demo --store "$store")
"$d" serve --store "$store" --listen 127.0.0.1:0 --rules "$top/rules" 2>"$scratch/server.log" &
server=$!
url=
tries=0
while [ -z "$url" ]; do
    url=$(sed -nE 's|.*listening on ([0-9.]+:[0-9]+).*|http://\1|p' "$scratch/server.log" | head -n 1)
    kill -0 "$server" 2>/dev/null || { cat "$scratch/server.log" >&2; exit 1; }
    tries=$((tries + 1))
    [ "$tries" -lt 200 ] || { echo "demo: the server did not start" >&2; exit 1; }
    [ -n "$url" ] || sleep 0.05
done
"$top/gridward" --home "$scratch/home" enroll "$url" "$code" >&2
"$top/gridward" --home "$scratch/home" sync --once >&2
"$d" simulate --url "$url" --token "$token" --devices "$scratch/community.json" --story --rate 6 >"$scratch/devices.log" 2>&1 &
devices=$!
if [ -n "${GRIDWARD_DEMO_SMOKE:-}" ]; then
    echo "$scratch $url"
    cat >/dev/null # until the test closes our input
    exit 0
fi
GRIDWARD_DEMO=1 "$top/gridward" --home "$scratch/home" || exit $?
