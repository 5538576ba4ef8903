#!/usr/bin/env python3
"""Two counts of the same random polls: model/election.c's and election_oracle.py's.

Usage: check.py PROGRAM N [FIRST]
Runs the cases of seeds.txt and then N cases from FIRST in as many processes as there are
processors, prints the first case that differs in full, how often every reason and every state of a
seat occurred, and ends with `N passed, N failed`. A case whose number once failed stays in
seeds.txt for ever.
"""
import collections
import json
import multiprocessing
import os
import subprocess
import sys

import election_oracle

HERE = os.path.dirname(os.path.abspath(__file__))
CHUNK = 500
WHY = ("TURNOUT NO_TURNOUT OVER_VOTED OVER_ISSUED SHEET MAJORITY PLURALITY FLOOR BELOW SEATS TIE "
       "WOMAN_TAKES WOMAN_GIVES WOMAN_HELD KIN BARRED VACANT MISSING").split()
STATES = "elected tie open held".split()
VALIDITY = "valid void undecided".split()


def differences(ours, oracle):
    for key in sorted(set(ours) | set(oracle)):
        if ours.get(key) != oracle.get(key):
            yield key, ours.get(key), oracle.get(key)


def count(ours, seen):
    if "refused" in ours:
        seen["refused"] += 1
        return
    seen[ours["validity"]] += 1
    for why, _ in ours["reasons"]:
        seen["why " + why] += 1
    for line in ours["seats"]:
        seen["seat " + line["state"]] += 1
        seen["why " + line["why"]] += 1
    for line in ours["others"]:
        seen["why " + line["why"]] += 1


def run(job):
    program, first, n = job
    out = subprocess.run([program, str(first), str(n)], stdout=subprocess.PIPE, check=True).stdout
    seen, bad, lines = collections.Counter(), [], out.splitlines()
    for text in lines:
        case = json.loads(text)
        oracle = election_oracle.result(case["in"])
        count(case["out"], seen)
        if case["out"] != oracle:
            bad.append((case, oracle))
    return len(lines) - len(bad), bad, seen


def show(case, oracle):
    print(f"case {case['case']} (put this number into seeds.txt); the poll:")
    for key, value in case["in"].items():
        print(f"  {key}: {json.dumps(value)}")
    for key, a, b in differences(case["out"], oracle):
        print(f"{key}:\n  ours   {json.dumps(a)}\n  oracle {json.dumps(b)}")


def seeds():
    for line in open(os.path.join(HERE, "seeds.txt"), encoding="utf-8"):
        number = line.split("#")[0].strip()
        if number:
            yield int(number)


def main():
    program, n = sys.argv[1], int(sys.argv[2])
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    jobs = [(program, s, 1) for s in seeds()]
    jobs += [(program, i, min(CHUNK, first + n - i)) for i in range(first, first + n, CHUNK)]
    passed, failed, seen = 0, 0, collections.Counter()
    first_bad, kinds = None, collections.Counter()
    with multiprocessing.Pool() as pool:
        for good, bad, counts in pool.imap(run, jobs):
            passed += good
            failed += len(bad)
            seen += counts
            for case, oracle in bad:
                kinds.update(key for key, _, _ in differences(case["out"], oracle))
            if bad and first_bad is None:
                first_bad = bad[0]
    for name in VALIDITY + ["refused"]:
        print(f"{seen[name]:9d}  {name}")
    for name in ["seat " + s for s in STATES] + ["why " + w for w in WHY]:
        print(f"{seen[name]:9d}  {name}")
        if n >= 20000:  # a rule that no case reaches is not checked by any
            passed += seen[name] > 0
            failed += seen[name] == 0
    if first_bad:
        print("how many cases differ in:", dict(kinds))
        show(*first_bad)
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
