#!/usr/bin/env python3
"""Checks the languages: every sentence in _() and N_() has its Chinese, format directives agree, no
two folders translate one sentence differently. Ends with `N passed, N failed`.
Usage: tools/check-words.py [ROOT]
"""
import glob
import os
import re
import subprocess
import sys
import tempfile


def messages(text):
    """msgid -> msgstr of a .po text (no plurals, no contexts are used here)."""
    out, key, cur = {}, None, {}
    for line in text.splitlines() + [""]:
        m = re.match(r'^(msgid|msgstr|msgctxt)\s+"(.*)"$', line)
        if m:
            key = m.group(1)
            if key == "msgid" and "msgid" in cur:
                out[cur["msgid"]] = cur.get("msgstr", "")
                cur = {}
            cur[key] = m.group(2)
        elif line.startswith('"') and key:
            cur[key] += line[1:-1]
    if "msgid" in cur:
        out[cur["msgid"]] = cur.get("msgstr", "")
    out.pop("", None)
    return out


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else "."
    os.chdir(root)
    files = sorted(f for d in ("base", "model", "api", "http", "rules", "offline-db", "sync", "tui",
                               "cli", "notify", "dispatchd") for f in glob.glob(d + "/*.[ch]"))
    files.append("gridward.c")
    with tempfile.NamedTemporaryFile(suffix=".pot") as pot:
        subprocess.run(["xgettext", "-k_", "-kN_", "--from-code=UTF-8",  "-o",
                        pot.name] + files, check=True)
        wanted = messages(open(pot.name, encoding="utf-8").read())
    have, failed, passed = {}, 0, 0
    for part in sorted(glob.glob("po/zh_CN/*.po")):
        check = subprocess.run(["msgfmt", "--check-format", "-o", "/dev/null", part],
                               capture_output=True, text=True)
        if check.returncode:
            print(check.stderr.strip())
            failed += 1
        for msgid, msgstr in messages(open(part, encoding="utf-8").read()).items():
            if msgid in have and have[msgid][0] != msgstr:
                print(f"{part}: {msgid!r} is {msgstr!r} here and {have[msgid][0]!r} in {have[msgid][1]}")
                failed += 1
            have.setdefault(msgid, (msgstr, part))
    for msgid in wanted:
        if have.get(msgid, ("",))[0]:
            passed += 1
        else:
            print(f"no Chinese for: {msgid}")
            failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
