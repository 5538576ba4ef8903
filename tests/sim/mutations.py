#!/usr/bin/env python3
"""Shows that the simulation's checker bites: takes one rule of the protocol out of a copy of the
sources, builds, runs seeds, and expects a failing one. Usage, from the root of the sources:

    tests/sim/mutations.py [--seeds 0:200] [name ...]

Not part of `make check`: each rule costs a partial build and up to some tens of seconds.
Rules that stand behind another one are not in the list, because their removal alone changes nothing
that can be seen: cursor := min at the end of a snapshot (snapshot and feed never run together), the
tie of R1, put of an older row, tombstones, and the replay of (dev, n, hash), behind which stand the
primary key and the uid. The unit tests of their folders hold them.

Ends with `N passed, N failed`; a rule passes when its removal is found."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

# name, file, what stands there, what is put instead, what the rule is
RULES = [
    ("out-record", "dispatchd/store_sqlite_rows.c",
     "err = fresh ? GW_OK : feed_levels(&c, old, path, STORE_OUT, true);",
     "err = fresh ? GW_OK : GW_OK;",
     "a row that moves away leaves an `out` in the levels it left"),
    ("purge", "offline-db/mirror_state.c",
     "if (!err && dropped) {", "if (!err && dropped && false) {",
     "R3: rows that no scope covers go with the scopes line"),
    ("sweep", "offline-db/mirror.c",
     "return job->type < 0 || job->type == (int)type;", "return job->type == (int)type;",
     "R4: mark and sweep at the end of a snapshot"),
    ("seq-groups", "sync/page.c",
     "            page->whole = at;\n            open_seq = rec.seq;",
     "            page->whole = at + n;\n            open_seq = rec.seq;",
     "R2: of a cut page only whole seq groups count"),
    ("epoch-zero", "offline-db/mirror_state.c",
     "mirror_sql((enum gw_type)t, M_ZERO)), fail);\n    }",
     "mirror_sql((enum gw_type)t, M_COUNT)), fail);\n        err = GW_OK;\n    }",
     "R5: local seq := 0 when the epoch changes"),
    ("resend", "sync/hello.c",
     "err = journal_resend(engine->home, hello->n, hello->missing, hello->missing_n, fail);",
     "err = GW_OK;",
     "R5: commands that a restored server lost are sent again"),
    ("resend-old", "sync/hello.c",
     "err = journal_resend_old(engine->home, fail);", "err = GW_OK;",
     "R5: also those that an older key of this laptop signed"),
    ("rekey", ["sync/hello.c", "sync/push.c"],
     ["        engine->rekey = true;\n", "    engine->rekey = true;\n"],
     ["        engine->rekey = false;\n", "    engine->rekey = false;\n"],
     "a laptop restored from an image takes a new key"),
    ("gone-410", "dispatchd/stream.c",
     "if (cursor->seq < meta.horizon || cursor->seq > meta.seq) {",
     "if (cursor->seq > meta.seq) {",
     "410 cursor-expired below the horizon (the digest may heal it)"),
    ("same-uid", "dispatchd/commands.c",
     "    first->done = true;\n", "    return GW_OK;\n",
     "a uid that was answered before has no second effect"),
    ("tag", "dispatchd/stream.c",
     "h->scopes = strcmp(feed->tag, person->tag) != 0;", "h->scopes = false;",
     "a scopes line when the client's tag differs"),
    ("rights", "dispatchd/snapshot.c", "!person_covers(call->person, out->scope)", "false",
     "a snapshot only of what the user may see"),
    ("hello-scopes", "offline-db/mirror_state.c",
     "if (!was || was->granted != news->list[i].granted) {", "if (!was) {",
     "R3: a path granted anew is read anew"),
    ("result-kept", "sync/push.c",
     "        err = journal_store_result(engine->home, &stored, fail);",
     "        err = stored.n % 7 == 3 ? GW_OK : journal_store_result(engine->home, &stored, fail);",
     "a command ends by its result"),
    ("rejoin", "offline-db/journal_write.c",
     "err = home_rejoin(home, fail);", "err = GW_OK;",
     "the console signs with the key that the engine took meanwhile"),
]


def change(tree, path, old, new):
    full = os.path.join(tree, path)
    with open(full, encoding="utf-8") as f:
        text = f.read()
    with open(full, "w", encoding="utf-8") as f:
        f.write(text.replace(old, new, 1))
    return old in text


def build_and_run(tree, build, seeds):
    done = subprocess.run(["make", "-s", "-j2", f"B={build}", f"{build}/tests/sim/test_sim"],
                          cwd=tree, capture_output=True, text=True)
    if done.returncode != 0:
        return None, done.stdout[-2000:] + done.stderr[-2000:]
    env = dict(os.environ, SIM_SEEDS=seeds)
    done = subprocess.run([f"{build}/tests/sim/test_sim"], cwd=tree, env=env, capture_output=True,
                          text=True, timeout=900)
    return done.returncode, done.stdout + done.stderr


def main():
    args = sys.argv[1:]
    seeds = "0:200"
    if args[:1] == ["--seeds"]:
        seeds, args = args[1], args[2:]
    work = tempfile.mkdtemp(prefix="gw-mutations-")
    tree, build = os.path.join(work, "tree"), os.path.join(work, "build")
    passed = failed = 0
    try:
        shutil.copytree(".", tree, ignore=shutil.ignore_patterns(".git", "build*", "node_modules"))
        code, out = build_and_run(tree, build, seeds)
        print("nothing removed:", "no seed fails" if code == 0 else "FAILS\n" + out[-3000:])
        passed, failed = (1, 0) if code == 0 else (0, 1)
        for name, path, old, new, rule in RULES:
            if args and name not in args:
                continue
            if isinstance(path, str):
                path, old, new = [path], [old], [new]
            if not all(change(tree, *edit) for edit in zip(path, old, new)):
                print(f"NOT FOUND: {name}: the text of the rule is not in {path}")
                failed += 1
                for p in path:
                    shutil.copyfile(p, os.path.join(tree, p))
                continue
            try:
                code, out = build_and_run(tree, build, seeds)
            except subprocess.TimeoutExpired:
                code, out = 1, "seed ? broke:\n  hangs"
            for p in path:
                shutil.copyfile(p, os.path.join(tree, p))
            found = code is not None and code != 0
            first = re.search(r"seed (\d+) broke:\n\s*(.*)", out)
            bad = re.search(r"range: seeds (\d+) bad (\d+)", out)
            detail = "does not build: " + out if code is None else ""
            if found and first:
                detail = f"{bad.group(2) + ' of ' + bad.group(1) if bad else 'stopped'}, first seed {first.group(1)}: {first.group(2)[:90]}"
            print(f"{'found' if found else 'NOT FOUND'}: {name} ({rule}) {detail}", flush=True)
            passed, failed = (passed + 1, failed) if found else (passed, failed + 1)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
