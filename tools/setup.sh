#!/bin/sh
# Usage: tools/setup.sh build|check|bench
# Installs the Debian packages that a target lacks when it may; otherwise prints the one line to run.
set -eu
here=$(dirname "$0")
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
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ]; then
    apt=apt-get
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    apt='sudo apt-get'
else
    echo "Packages are missing and cannot be installed without root. Run this line, then try again:" >&2
    echo "  sudo apt-get install --no-install-recommends$missing" >&2
    exit 2
fi
echo "installing:$missing" >&2
export DEBIAN_FRONTEND=noninteractive
$apt update -qq >/dev/null
$apt install -y -qq --no-install-recommends $missing >/dev/null
