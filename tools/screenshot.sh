#!/bin/sh
# Usage: tools/screenshot.sh BUILD DIR
# Pictures of the golden screens for the READMEs: runs the screen tests of BUILD with SHOTS and turns
# the SVG files into PNG in DIR (needs rsvg-convert and a CJK font).
set -eu
build=$1
dir=$2
mkdir -p "$dir"
shots=$(mktemp -d)
trap 'rm -rf "$shots"' EXIT
for t in story screens; do
    SHOTS=$shots "$build/tests/screens/test_$t" >/dev/null 2>&1
done
for name in night.zh.80x24 card-arrived.zh.80x24 close-chosen.zh.80x24 card-arrived.en.80x24 night.zh.120x40; do
    rsvg-convert -o "$dir/$name.png" "$shots/$name.svg"
done
