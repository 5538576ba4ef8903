#!/usr/bin/env python3
"""Checks who may include whom. Usage: tools/check-includes.py [ROOT]

Folders never form a circle: each may include only what stands in its row. System libraries are
checked the same way. Prints one line per violation and ends with `N passed, N failed`.
"""
import os
import re
import sys

FOLDERS = {
    "base": set(),
    "model": {"base"},
    "api": {"model", "base"},
    "http": {"base"},
    "rules": {"api", "model", "base"},
    "offline-db": {"rules", "api", "model", "base"},
    "dispatchd": {"http", "rules", "api", "model", "base"},
    "sync": {"http", "offline-db", "api", "model", "base"},
    "tui": {"offline-db", "model", "base"},
    "notify": {"base"},
    "cli": {"sync", "offline-db", "rules", "api", "model", "base", "notify", "http"},
    ".": {"cli", "tui", "sync", "offline-db", "http", "notify", "api", "model", "base"},
}
LIBS = {  # header prefix -> folders that may use it
    "sodium.h": {"base"},
    "ini.h": {"base"},
    "zstd.h": {"base"},
    "sqlite3.h": {"base", "offline-db", "dispatchd"},
    "cjson/": {"api"},
    "curl/": {"http"},
    "ncurses.h": {"tui"},
    "curses.h": {"tui"},
    "ncursesw/": {"tui"},
    "term.h": {"tui"},
    "microhttpd.h": {"dispatchd"},
    "libpq": {"dispatchd"},
    "libnotify/": {"notify"},
    "qrencode.h": {"cli", "offline-db"},
}
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')


def sources(root):
    for folder in FOLDERS:
        top = os.path.join(root, folder)
        for name in sorted(os.listdir(top)):
            if name.endswith((".c", ".h")) and (folder != "." or name == "gridward.c"):
                yield folder, os.path.join(top, name)


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else "."
    passed = failed = 0
    for folder, path in sources(root):
        bad = []
        for number, line in enumerate(open(path, encoding="utf-8"), 1):
            m = INCLUDE.match(line)
            if not m:
                continue
            kind, name = m.groups()
            if kind == '"':
                target = name.split("/")[0] if "/" in name else "."
                if target != folder and target not in FOLDERS[folder]:
                    bad.append((number, name))
                elif name.endswith("_p.h") and target != folder:
                    bad.append((number, name + " (private)"))
            else:
                for prefix, allowed in LIBS.items():
                    if name.startswith(prefix) and folder not in allowed:
                        bad.append((number, name))
        for number, name in bad:
            print(f"{os.path.relpath(path, root)}:{number}: {folder}/ may not include {name}")
        passed += not bad
        failed += bool(bad)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
