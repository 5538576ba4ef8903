"""B1: rows into the mirror. B3: the catch-up when nothing happened."""
import csv
import json
import os
import shutil
import urllib.request

from common import AREA, RUNS, median, program, run_json
from peers import pouchdb


# ---- B1
def snapshot_rows(bench):
    """Every resident as /v1/snapshot sends it, and the same rows as CSV."""
    def make():
        import sqlite3
        home = bench.home()
        store = sqlite3.connect("file:" + os.path.join(home.dir, "gridward.db") + "?mode=ro",
                                uri=True)
        create = store.execute("SELECT sql FROM sqlite_schema WHERE name='resident'").fetchone()[0]
        columns = [c[1] for c in store.execute("PRAGMA table_info(resident)")]
        store.close()
        ndjson, table = bench.scratch.path("rows.ndjson"), bench.scratch.path("rows.csv")
        with open(ndjson, "wb") as out, open(table, "w", newline="") as sheet:
            sheet.write(" ".join(create.split()) + "\n")
            sheet.write(f"INSERT INTO resident VALUES ({','.join('?' * len(columns))})\n")
            writer = csv.writer(sheet, quoting=csv.QUOTE_NOTNULL if hasattr(csv, "QUOTE_NOTNULL")
                                else csv.QUOTE_MINIMAL, lineterminator="\n")
            for line in snapshot(bench, "resident"):
                out.write(line + b"\n")
                writer.writerow(csv_row(json.loads(line), columns))
        return ndjson, table
    return bench.once("rows of 100,000 residents", make)


def csv_row(rec, columns):
    row = dict(rec["row"], id=rec["id"], seq=rec["seq"], path=rec["path"], mark=1)
    out = []
    for name in columns:
        value = row.pop(name, None)
        value = int(value) if isinstance(value, bool) else value
        out.append(json.dumps(value, ensure_ascii=False, separators=(",", ":"))
                   if isinstance(value, (list, dict)) else value)
    if row:
        raise AssertionError(f"members without a column: {sorted(row)}")
    return out


def snapshot(bench, kind):
    """Put lines of a type, page by page, straight from the server."""
    token = bearer(bench)
    after = ""
    while after is not None:
        url = (f"{bench.server().url}/v1/snapshot?scope={AREA}&type={kind}"
               + (f"&after={after}" if after else ""))
        request = urllib.request.Request(url, headers={"Authorization": "Bearer " + token})
        with urllib.request.urlopen(request, timeout=60) as answer:
            lines = answer.read().splitlines()
        yield from lines[1:-1]
        after = json.loads(lines[-1])["after"]


def bearer(bench):
    return bench.once("token", lambda: run_json(
        [program("bench_alarm"), "--token", bench.home().dir])["token"])


def figure_b1(bench):
    ndjson, table = snapshot_rows(bench)
    results = {"ours": [], "500": [], "one": []}
    for _ in range(RUNS):
        for name, argv in (("ours", ["mirror", None, ndjson]),
                           ("500", ["loop", None, table, "500"]),
                           ("one", ["loop", None, table, "0"])):
            results[name].append(boot(bench, argv))
    rows = results["ours"][0]["rows"]
    if rows != results["500"][0]["rows"]:
        raise AssertionError("the two sides did not take in the same rows")
    for name, word in (("500", "500 a commit"), ("one", "one commit")):
        b1_row(bench, results["ours"], results[name], f"loop, {word}", "<= 1.8x")
    bench.table.add("B1", "peak memory of it",
                    f"{median([r['rss_kb'] for r in results['ours']]) / 1024:.0f} MB "
                    f"(text {os.path.getsize(ndjson) >> 20} MB in memory)")
    b1_pouchdb(bench, ndjson, rows)


def boot(bench, argv):
    folder = bench.scratch.path("boot")
    os.makedirs(folder)
    try:
        return run_json([program("bench_boot"), *(folder if a is None else a for a in argv)])
    finally:
        shutil.rmtree(folder)


def b1_row(bench, ours, theirs, word, goal):
    """The ratio is of CPU seconds, the median of the runs'."""
    def cell(runs):
        return (f"{median([r['cpu_s'] for r in runs]):.2f} s CPU, "
                f"{median([r['wall_s'] for r in runs]):.2f} s")
    ratio = median([o["cpu_s"] / p["cpu_s"] for o, p in zip(ours, theirs)])
    bench.table.add("B1", f"{ours[0]['rows']:,} residents into the mirror", cell(ours),
                    f"{word}: {cell(theirs)}", ratio, goal, ratio <= 1.8)


def b1_pouchdb(bench, ndjson, rows):
    """The same rows, 1,000 a bulkDocs; ours once more beside each run."""
    load = pouchdb(bench)
    ours, theirs = [], []
    for _ in range(RUNS):
        ours.append(boot(bench, ["mirror", None, ndjson]))
        theirs.append(load(ndjson, rows))
    if theirs[0]["rows"] != rows:
        raise AssertionError("PouchDB did not take in the same rows")
    for key, word, goal in (("cpu_s", "s CPU", ">= 50x faster"), ("wall_s", "s", "")):
        times = median([p[key] / o[key] for o, p in zip(ours, theirs)])
        bench.table.add("B1", f"{rows:,} residents beside PouchDB, times faster by {word}",
                        f"{median([r[key] for r in ours]):.2f} {word}",
                        f"PouchDB {median([r[key] for r in theirs]):.2f} {word}", times, goal,
                        times >= 50 if goal else None)


# ---- B3
def figure_b3(bench):
    for home in (bench.middle(), bench.home()):
        b3_row(bench, home)


def b3_row(bench, home):
    home.run("sync", "--once")
    runs = [run_json([program("bench_alarm"), "--catchup", home.dir]) for _ in range(RUNS)]
    reads = [[c for c in r["calls"] if "/v1/changes" in c["call"] or "/v1/snapshot" in c["call"]]
             for r in runs]
    requests = max(len(r) for r in reads)
    size = max(sum(c["bytes"] for c in r) for r in reads)
    took = [sum(c["ms"] for c in r) for r in reads]
    bench.table.add("B3", f"empty catch-up, {runs[0]['rows']:,} rows",
                    f"{requests} request, {size} bytes, {median(took):.1f} ms "
                    f"(worst {max(took):.1f})", "", None, "1, < 1 KiB, < 10 ms",
                    requests == 1 and size < 1024 and median(took) < 10)
