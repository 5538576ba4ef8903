#!/bin/sh
# Manual pages.
exec tools/check-man.sh
