#!/usr/bin/env python3
"""Makes base/utf8_table.c from the Unicode files of Debian's package unicode-data.

Usage: tools/gen-cells.py [FOLDER] >base/utf8_table.c     (FOLDER: /usr/share/unicode)

The rule is that of glibc's own tables (localedata/unicode-gen/utf8_gen.py), because ncurses places
characters by glibc's wcwidth() and both must agree: marks and format characters take no cell, East
Asian Wide and Fullwidth take two, plus the few exceptions below; everything else takes one.
"""
import re
import sys

folder = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode"
LAST = 0x10FFFF


def read_categories():
    category = {}
    first = None
    for line in open(folder + "/UnicodeData.txt", encoding="utf-8"):
        field = line.split(";")
        cp = int(field[0], 16)
        if field[1].endswith(", First>"):
            first = cp
        elif field[1].endswith(", Last>"):
            for c in range(first, cp + 1):
                category[c] = field[2]
        else:
            category[cp] = field[2]
    return category


def read_widths():
    width = {}
    for line in open(folder + "/EastAsianWidth.txt", encoding="utf-8"):
        m = re.match(r"([0-9A-F]+)(?:\.\.([0-9A-F]+))?;(\w+)", line)
        if m:
            for c in range(int(m[1], 16), int(m[2] or m[1], 16) + 1):
                width[c] = m[3]
    return width


def read_property(name):
    members = set()
    for line in open(folder + "/PropList.txt", encoding="utf-8"):
        m = re.match(r"([0-9A-F]+)(?:\.\.([0-9A-F]+))?\s*;\s*(\w+)", line)
        if m and m[3] == name:
            members.update(range(int(m[1], 16), int(m[2] or m[1], 16) + 1))
    return members


def cells(cp, category, width):
    cat = category.get(cp, "Cn")
    if cp == 0xAD or cp in prepended:
        return 1  # soft hyphen, Arabic number signs: format characters that terminals show
    if cat in ("Mn", "Me", "Cf", "Zl", "Zp", "Cc", "Cs"):
        return 0
    if 0x1160 <= cp <= 0x11FF or 0xD7B0 <= cp <= 0xD7FB:
        return 0  # Hangul vowels and finals join the syllable before them
    if width.get(cp) in ("W", "F"):
        return 2
    if 0x3248 <= cp <= 0x324F or 0x4DC0 <= cp <= 0x4DFF:
        return 2  # circled numbers on black squares, hexagrams: wide in every terminal font
    return 1


def ranges(claim):
    start = None
    for cp in range(LAST + 2):
        inside = cp <= LAST and claim(cp)
        if inside and start is None:
            start = cp
        elif not inside and start is not None:
            yield start, cp - 1
            start = None


def emit(name, about, claim):
    rows = list(ranges(claim))
    print(f"\n/* {about} */")
    print(f"const struct gw_cell_range {name}[] = {{")
    line = ""
    for first, last in rows:
        item = f"{{0x{first:04X}, 0x{last:04X}}},"
        if len(line) + len(item) + 5 > 100:
            print("    " + line.rstrip())
            line = ""
        line += item + " "
    print("    " + line.rstrip())
    print("};")
    print(f"const size_t {name}_n = sizeof {name} / sizeof {name}[0];")


version = re.search(r"-([0-9.]+)\.txt", open(folder + "/EastAsianWidth.txt").readline())[1]
category = read_categories()
width = read_widths()
prepended = read_property("Prepended_Concatenation_Mark")
print(f"/* Made by tools/gen-cells.py from Unicode {version}. Do not edit. */")
print("// clang-format off")
print('#include "base/utf8_table_p.h"')
emit("gw_cells_zero", "No cell of their own.", lambda c: cells(c, category, width) == 0)
emit("gw_cells_wide", "Two cells.", lambda c: cells(c, category, width) == 2)
emit("gw_cells_ambiguous", "One cell here, two in a terminal that is set so.",
     lambda c: width.get(c) == "A" and cells(c, category, width) == 1
     and category.get(c, "Cn") not in ("Co", "Cn"))
