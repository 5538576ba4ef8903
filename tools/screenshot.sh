#!/bin/sh
# Usage: tools/screenshot.sh SCREENSHOT DIR        (make pictures)
# Pictures of the READMEs, made with the real programs: a dispatch server with the demonstration's
# community, devices that ring, an enrolled grid worker, the console in a terminal of tools/screenshot.
# Needs rsvg-convert, pngquant, curl, jq and a Chinese monospaced font: apt-get install librsvg2-bin pngquant curl jq fonts-noto-cjk
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

# Builders have no desktop: this one stands for the systemd-inhibit of an ordinary one.
mkdir "$scratch/bin"
printf '#!/bin/sh\nexec cat\n' >"$scratch/bin/systemd-inhibit"
chmod 755 "$scratch/bin/systemd-inhibit"
export PATH="$scratch/bin:$PATH"

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
    tries=0
    while [ "$(grep -c . "$scratch/follow.log")" -lt "$n" ]; do
        tries=$((tries + 1))
        [ "$tries" -lt 400 ] || { echo "screenshot.sh: $1 did not ring" >&2; exit 1; }
        sleep 0.05
    done
}
until_line "$scratch/follow.log" ' live'
ring smoke 0 1
ring blood_pressure 1 2 vital '"readings":[{"name":"systolic","value":168,"unit":"mmHg","low":90,"high":140}]'
ring water 0 3
ring smoke 3 9 battery_low
ring sos 2 0
kill "$follow"
wait "$follow" || true
follow=

# picture NAME LANGUAGE STEPS...
picture() {
    name=$1
    lang=$2
    shift 2
    "$shot" -r 24 -c 80 -o "$scratch/$name.svg" "$@" -- "$top/gridward" --home "$scratch/home" --lang "$lang"
    rsvg-convert -o "$scratch/$name.png" "$scratch/$name.svg"
    # a terminal has few colours: a palette makes the file a third
    pngquant --force --output "$dir/$name.png" 48 -- "$scratch/$name.png"
}
enter='keys:\r'
last='keys:\eOF'
f2='keys:\eOQ'
f3='keys:\eOR'
f5='keys:\e[15~'
f7='keys:\e[18~'
picture queue.en en wait:Smoke wait:online still:1500
picture queue.zh_CN zh_CN wait:烟感 wait:在线 still:1500
picture card.en en wait:Smoke wait:online still:1500 "$enter" wait:Key: still:1000
picture card.zh_CN zh_CN wait:烟感 wait:在线 still:1500 "$enter" wait:钥匙 "$f2" wait:我在办 "$f3" \
    wait:打给谁 keys:1 wait:未接 keys:2 wait:经过 still:6000
picture close.zh_CN zh_CN wait:烟感 wait:在线 still:1500 "$last" still:300 "$enter" wait:钥匙 "$f5" still:1500 \
    "$f7" wait:什么情况 keys:1 wait:已选 still:6000

# An election, in the practice village.
house=$scratch/practice
"$top/gridward" --home "$house" practice --json >/dev/null
id=$("$top/gridward" --home "$house" election new --kind village --polling-day "$(date -d '+45 days' +%F)" \
    title=练习村换届选举 place=练习村 --term 第十二届 --seats 5 --json | jq -r .id)
"$top/gridward" --home "$house" election step "$id" S01 guidance_document=桥头镇发〔2026〕12号 \
    "term_ends_on=$(date -d '+60 days' +%F)" postponed=否 decision=paper >/dev/null
"$top/gridward" --home "$house" election step "$id" S03 method=representatives chair=罗大全 \
    members=秦小兰、冉从文、谭世芳 size=4 entitled=48 present=44 minutes=paper signin=paper >/dev/null
for lang in zh_CN en; do
    "$shot" -r 24 -c 80 -o "$scratch/election.svg" wait:练习村 still:1000 "$enter" still:1500 -- \
        "$top/gridward" --home "$house" --lang "$lang"
    rsvg-convert -o "$scratch/election.png" "$scratch/election.svg"
    pngquant --force --output "$dir/election.$lang.png" 48 -- "$scratch/election.png"
done
