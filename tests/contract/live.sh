#!/bin/sh
# A running server against the contract, by tools that share no code with it: curl for what is on the
# wire around the bodies, a client of its own (tools/npm/client.js) for everything else; ajv checks
# every record that came back.
#   live.sh BASE CODE SOURCE_TOKEN [OPS_BASE]
# CODE: a fresh enrolment code of a grid worker (worker-demo of demo-data). Last line: N passed, N failed.
set -u
[ $# -ge 3 ] || { echo "usage: live.sh BASE CODE SOURCE_TOKEN [OPS_BASE]" >&2; exit 2; }
base=$1 code=$2 source=$3 ops=${4:-}
cd "$(dirname "$0")/../.." || exit 2
npm=tools/npm
passed=0 failed=0
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT

verdict() { # name status
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "not ok $1"
    fi
}
counted() { # name file
    last=$(tail -n 1 "$2")
    sed '$d' "$2"
    n=${last#* passed, }
    passed=$((passed + ${last%% passed*}))
    failed=$((failed + ${n% failed}))
    echo "# $1: $last"
}

# ---- what curl sees: status, media type and headers of refusals, and the guard of the protocol
ask() { # name status curl-arguments...
    name=$1 want=$2
    shift 2
    : >"$scratch/body" >"$scratch/head"
    got=$(curl -sS --max-time 20 -o "$scratch/body" -D "$scratch/head" -w '%{http_code}' "$@" \
        2>"$scratch/err") || got="curl: $(cat "$scratch/err")"
    [ "$got" = "$want" ]
    verdict "$name: $want, not $got" $?
    tr -d '\r' <"$scratch/head" | grep -qiE '^gridward-time: [0-9]{13}$'
    verdict "$name: Gridward-Time" $?
    case $want in
    4* | 5*)
        tr -d '\r' <"$scratch/head" | grep -qi '^content-type: application/problem+json'
        verdict "$name: problem+json" $?
        tr -d '\r' <"$scratch/head" | grep -qi '^connection: close'
        verdict "$name: the connection is closed" $?
        { printf 'Problem\t' && tr -d '\n' <"$scratch/body" && echo; } >>"$scratch/records"
        ;;
    esac
}
: >"$scratch/records"
event='{"event_id":"curl-1","device":"curl","kind":"test"}'
ask "no token" 401 "$base/v1/hello"
ask "unknown path" 404 "$base/v1/no-such-thing"
ask "unknown query parameter" 400 "$base/v1/hello?colour=red"
ask "repeated query parameter" 400 "$base/v1/changes?since=a.1&since=a.2"
ask "coded slash" 400 --path-as-is "$base/v1%2fhello"
ask "coded NUL" 400 "$base/v1/hello%00"
ask "key twice" 400 -H 'Content-Type: application/json' -d '{"device":"a","device":"b"}' "$base/v1/token"
ask "keys that fold" 400 -H 'Content-Type: application/json' -d '{"device":"a","Device":"b"}' "$base/v1/token"
ask "not UTF-8" 400 -H 'Content-Type: application/json' --data-binary "$(printf '{"device":"\377"}')" \
    "$base/v1/token"
ask "something after the end" 400 -H 'Content-Type: application/json' -d '{"device":"a"} x' "$base/v1/token"
ask "wrong media type" 415 -H 'Content-Type: text/plain' -d '{}' "$base/v1/token"
ask "ingest with a wrong token" 401 -H 'Authorization: Bearer x' -H 'Content-Type: application/json' \
    -d "$event" "$base/v1/ingest"
ask "ingest" 202 -H "Authorization: Bearer $source" -H 'Content-Type: application/json' \
    -d "$event" "$base/v1/ingest"
{ printf 'IngestAnswer\t' && tr -d '\n' <"$scratch/body" && echo; } >>"$scratch/records"

# ---- the client
node $npm/client.js "$base" "$code" "$source" $ops >>"$scratch/records" 2>"$scratch/client"
counted client "$scratch/client"
node $npm/check-contract.js lines "$scratch/records" >"$scratch/lines" 2>&1
counted "records against the contract" "$scratch/lines"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
