#!/bin/sh
# Usage: tools/screenshot.sh SCREENSHOT DIR        (make pictures)
# Pictures of the READMEs, made with the real programs: a dispatch server with the demonstration's
# community, devices that ring, an enrolled grid worker, the console in a terminal of tools/screenshot.
# Needs rsvg-convert, curl, jq and a Chinese monospaced font: apt-get install librsvg2-bin curl jq fonts-noto-cjk
set -eu
shot=$1
dir=$2
top=$(cd "$(dirname "$0")/.." && pwd)
d=$top/gridward-dispatchd
export GRIDWARD_LOCALEDIR="$top/build/locale" TERM=xterm-256color LC_ALL=C.UTF-8
unset LANGUAGE GRIDWARD_HOME NO_COLOR
scratch=$(mktemp -d)
server=
follow=
stop() {
    trap - EXIT
    for pid in $follow $server; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    rm -rf "$scratch"
}
trap stop EXIT
mkdir -p "$dir"

# until FILE PATTERN: the line that a background program writes
until_line() {
    tries=0
    while ! grep -qE "$2" "$1" 2>/dev/null; do
        tries=$((tries + 1))
        [ "$tries" -lt 400 ] || { echo "screenshot.sh: no $2 in $1" >&2; exit 1; }
        sleep 0.05
    done
}

store=sqlite:$scratch/dispatch.db
"$d" init --store "$store"
"$d" demo-data --store "$store" --seed 2021 --json >"$scratch/community.json"
token=$("$d" source add demo --store "$store")
"$d" enroll-code worker-demo --store "$store" >"$scratch/code"
"$d" serve --store "$store" --listen 127.0.0.1:0 --rules "$top/rules" 2>"$scratch/server.log" &
server=$!
until_line "$scratch/server.log" 'listening on'
url=$(sed -nE 's|.*listening on ([0-9.]+:[0-9]+).*|http://\1|p' "$scratch/server.log")
"$top/gridward" --home "$scratch/home" enroll "$url" "$(cat "$scratch/code")" >/dev/null
# a worker who is there, or the server goes on to the leader at once
"$top/gridward" --home "$scratch/home" duty on >/dev/null
"$top/gridward" --home "$scratch/home" sync --follow >"$scratch/follow.log" 2>&1 &
follow=$!

# ring KIND N MINUTES: the Nth device of this kind in the worker's grid, so many minutes ago
n=0
ring() {
    n=$((n + 1))
    serial=$(jq -r --arg k "$1" --argjson n "$2" \
        '[.devices[] | select(.path == "CQ.500112.013.005.003" and .kind == $k)][$n].serial' \
        "$scratch/community.json")
    kind=${4:-$1}
    at=$(($(date +%s) * 1000 - $3 * 60000))
    curl -sf -o /dev/null -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
        -d "{\"event_id\":\"p-$n\",\"device\":\"$serial\",\"kind\":\"$kind\",\"raised_at\":$at${5:+,$5}}" "$url/v1/ingest"
    until_line "$scratch/follow.log" "(.*\n?){$n}"
}
sleep 2 # the follower says that it is there
ring smoke 3 9 battery_low
ring blood_pressure 1 2 vital '"readings":[{"name":"systolic","value":168,"unit":"mmHg","low":90,"high":140}]'
ring water 0 3
ring sos 2 1
ring smoke 0 0
sleep 1
kill "$follow"
wait "$follow" || true
follow=

# picture NAME LANGUAGE STEPS...
picture() {
    name=$1
    lang=$2
    shift 2
    "$shot" -r 24 -c 80 -o "$scratch/$name.svg" "$@" -- "$top/gridward" --home "$scratch/home" --lang "$lang"
    rsvg-convert -o "$dir/$name.png" "$scratch/$name.svg"
}
enter='keys:\r'
f2='keys:\eOQ'
f3='keys:\eOR'
f4='keys:\eOS'
f5='keys:\e[15~'
f7='keys:\e[18~'
picture queue.en en wait:Smoke still:3000
picture queue.zh_CN zh_CN wait:烟感 still:3000
picture card.zh_CN zh_CN wait:烟感 still:2500 "$enter" still:500 "$f2" still:1200 "$f3" still:300 keys:1 still:300 keys:2 still:2500
picture card.en en wait:Smoke still:2500 "$enter" still:500 "$f4" still:2500
picture close.zh_CN zh_CN wait:烟感 still:2500 "$enter" still:500 "$f5" still:1200 "$f7" still:500 keys:2 still:500
