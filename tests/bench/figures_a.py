"""A1: alarm latency beside durable peers. A3: an acknowledgement beside a bare fdatasync."""
import json
import os
import shutil
import threading
import time

from common import RUNS, cut_off, median, open_console, post, program, run_json, spread
from peers import alarm_peers

# events a second, and how many in each of the five runs
RATES = ((1, 4), (100, 100), (1000, 500))
RINGS = 20
ACKS = 120


def a1_ours(bench, rate, count):
    first = bench.serials(count)
    return run_json([program("bench_alarm"), bench.home().dir, bench.server().token,
                     bench.scratch.path("serials"), str(first), str(rate), str(count)])


def figure_a1(bench):
    bench.offline_home(False)  # before there are alarms
    peers = alarm_peers(bench)
    for rate, count in RATES:
        ours, theirs = [], {peer.name: [] for peer in peers}
        for _ in range(RUNS):
            ours.append(a1_ours(bench, rate, count))
            for peer in peers:
                theirs[peer.name].append(peer.run(rate, count))
        a1_rows(bench, rate, ours, theirs)
        if rate == 1:
            engine_ms = median([r["received"]["p99_us"] for r in ours]) / 1000
    a1_drawn(bench, engine_ms)


def a1_rows(bench, rate, ours, theirs):
    """Medians of the runs. The ratio is against the best of the peers at the same rate."""
    def mid(list_, name, key):
        return median([r[name][key] for r in list_])
    for key, word in (("p50_us", "p50"), ("p99_us", "p99")):
        mine = mid(ours, "received", key)
        text = (f"{mine:.0f} us (in the mirror {mid(ours, 'applied', key):.0f}; "
                f"{median([r['rate'] for r in ours]):.0f}/s)")
        peers = sorted((mid(runs, "received", key), name, median([r["rate"] for r in runs]))
                       for name, runs in theirs.items())
        beside = "; ".join(f"{name} {us:.0f} us" + (f" ({got:.0f}/s)" if got < rate * 0.98 else "")
                           for us, name, got in peers)
        ratio = mine / peers[0][0] if peers else None
        goal = key == "p50_us" and ratio is not None
        bench.table.add("A1", f"ingest -> engine, {rate:,}/s {word}", text, beside, ratio,
                        "<= 1.1x" if goal else "", ratio <= 1.1 if goal else None)


def a1_drawn(bench, engine_ms):
    """From the POST to the alarm's line and to the bell on the console's terminal: a grid worker on
    duty, one alarm at a time, each taken with one key before the next."""
    server, home = bench.small()
    worker = next(u for u in server.community["users"] if u["id"] == "worker-demo")
    serials = [d["serial"] for d in server.community["devices"] if d["path"] == worker["paths"][0]]
    console = open_console(home.dir)
    try:
        console.until_bytes(500, 20)
        console.until("在线".encode(), 30)
        times = [ring_once(server, console, i, serials[i]) for i in range(RINGS)]
    finally:
        console.end()
    drawn, rang = ([t[i] * 1000 for t in times] for i in (0, 1))
    for what, list_, goal in (("line on the terminal", drawn, "<= 5 ms more, p99"),
                              ("bell (waits 300 ms)", rang, "")):
        bench.table.add("A1", f"ingest -> {what}, {len(list_)} alarms",
                        f"p50 {median(list_):.1f} ms, worst {max(list_):.1f} ms",
                        f"engine p99 {engine_ms:.1f} ms" if goal else "", None, goal,
                        max(list_) - engine_ms <= 5 if goal else None)


def ring_once(server, console, i, serial):
    console.quiet(0.5, 10)
    mark = len(console.text)
    body = json.dumps({"event_id": f"ring-{i}", "device": serial, "kind": "sos"})
    start = time.monotonic()
    poster = threading.Thread(target=post, args=(server, "/v1/ingest", body, "application/json"))
    poster.start()
    drawn = rang = None
    while (drawn is None or rang is None) and time.monotonic() - start < 20:
        if console.read(1):
            now = time.monotonic() - start
            fresh = console.text[mark:]
            drawn = now if drawn is None and "求助".encode() in fresh else drawn
            rang = now if rang is None and b"\a" in fresh else rang
    poster.join()
    if drawn is None or rang is None:
        raise AssertionError(f"never rang: {console.text[mark:][-500:]}")
    console.quiet(0.4, 5)  # keys are dropped right after a change nobody asked for
    console.press(b"\t", 0.05, 1)
    console.quiet(0.4, 5)
    console.press(b"a", 0.1, 1)
    return drawn, rang


# ---- A3
def figure_a3(bench):
    """Five runs, each on a copy of its own: of the same store, with the same alarms open."""
    bench.fill_alarms()
    runs = []
    for _ in range(RUNS):
        copy = bench.scratch.path("a3")
        shutil.copytree(bench.home().dir, copy)
        cut_off(copy)
        os.sync()  # the copy itself is not to be written back in the middle of the measurement
        runs.append(run_json([program("bench_journal"), copy, str(ACKS)]))
        shutil.rmtree(copy)
    ratios = [r["append_p50_us"] / r["bare_p50_us"] for r in runs]
    bench.table.add("A3", f"acknowledgement durable, p50 of {ACKS} (p99), ratio "
                    f"{min(ratios):.2f}-{max(ratios):.2f}",
                    f"{median([r['append_p50_us'] for r in runs]):.0f} us "
                    f"({median([r['append_p99_us'] for r in runs]):.0f})",
                    f"fdatasync {median([r['bare_p50_us'] for r in runs]):.0f} us "
                    f"({median([r['bare_p99_us'] for r in runs]):.0f})", median(ratios),
                    "<= 1.5x", median(ratios) <= 1.5)
    bench.table.add("A3", "key -> the alarm's row read again, p50",
                    f"{median([r['shown_p50_us'] for r in runs]):.0f} us")
    bench.table.add("A3", "the first one after opening",
                    spread([r["first_us"] for r in runs], "{:.0f}") + " us")
