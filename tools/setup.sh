#!/bin/sh
# Usage: tools/setup.sh build|check|bench
# Installs the Debian packages that a target lacks when it may; otherwise prints the one line to run.
# bench: what cannot be installed is only missing from the comparison, so each is tried on its own,
# and the npm packages of tests/bench/peer_pouchdb come too.
set -eu
here=$(dirname "$0")

npm_peers() {
    pouch=$here/../tests/bench/peer_pouchdb
    command -v npm >/dev/null 2>&1 || return 0
    [ -e "$pouch/node_modules/.package-lock.json" ] &&
        [ ! "$pouch/package-lock.json" -nt "$pouch/node_modules/.package-lock.json" ] && return 0
    (cd "$pouch" && npm ci --no-progress >/dev/null) || echo "npm could not install PouchDB" >&2
}

want=$(sed -e 's/#.*//' "$here"/packages/"$1".txt)
missing=
for p in $want; do
    # command=package: anything that provides the command will do
    case $p in
    *=*)
        command -v "${p%%=*}" >/dev/null 2>&1 && continue
        p=${p#*=}
        ;;
    esac
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || missing="$missing $p"
done
if [ -z "$missing" ]; then
    [ "$1" != bench ] || npm_peers
    exit 0
fi
if [ "$(id -u)" = 0 ]; then
    apt=apt-get
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    apt='sudo apt-get'
else
    echo "Packages are missing and cannot be installed without root. Run this line, then try again:" >&2
    echo "  sudo apt-get install --no-install-recommends$missing" >&2
    [ "$1" != bench ] || npm_peers # needs no root
    exit 2
fi
echo "installing:$missing" >&2
export DEBIAN_FRONTEND=noninteractive
$apt update -qq >/dev/null
if [ "$1" = bench ]; then
    for p in $missing; do
        $apt install -y -qq --no-install-recommends "$p" >/dev/null || echo "not installed: $p" >&2
    done
    npm_peers
else
    $apt install -y -qq --no-install-recommends $missing >/dev/null
fi
