"""make bench: gridward and its peers on the same work, in the same run.

Ratios stand with the absolute numbers beside them; docs/bench.md says which figures are medians of
five runs and which come from one. A figure that cannot be taken says why and the others go on. Only loopback; everything lies in one
scratch folder and goes away at the end; peers run as nobody."""
import csv
import json
import os
import pwd
import random
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(TOP, "tests", "e2e"))
sys.path.insert(0, HERE)
import kit  # noqa: E402
from pty_driver import Terminal  # noqa: E402

B = os.environ.get("B", "build")
BUILD = B if os.path.isabs(B) else os.path.join(TOP, B)
BIN = TOP if B == "build" else BUILD
RUNS = 5
RESIDENTS = 100000
ALARMS = 10000
COMMITS_T1, COMMITS_T2 = 20000, 200000
kit.GRIDWARD = os.path.join(BIN, "gridward")
kit.DISPATCHD = os.path.join(BIN, "gridward-dispatchd")
kit.FAST.clear()  # the real protocol times
kit.BOUND = 90
ENV = {"GRIDWARD_LOCALEDIR": os.path.join(BUILD, "locale")}
# A mirror of 450,000 rows in one go is more than a console may ask for at once.
SERVER_ENV = dict(ENV, GRIDWARD_RATE_SNAPSHOT="100000", GRIDWARD_RATE_SNAPSHOT_BURST="100000",
                  GRIDWARD_RATE_FEED="100000", GRIDWARD_RATE_FEED_BURST="100000")
KEYS = {"Down": b"\033OB", "Up": b"\033OA", "PgDn": b"\033[6~", "PgUp": b"\033[5~",
        "Home": b"\033OH", "End": b"\033OF", "Enter": b"\r", "Esc": b"\033", "Tab": b"\t",
        "Ctrl-L": b"\x0c"}
AREA = "CQ.500112"


class Skip(Exception):
    """The peer is not installed."""


def program(name):
    return os.path.join(BUILD, "bench", name)


def need(command, package):
    path = shutil.which(command, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if not path:
        raise Skip(package)
    return path


def run_json(argv, become=None, timeout=120, **more):
    extra = {"user": become[0], "group": become[1], "extra_groups": []} if become else {}
    done = subprocess.run(argv, capture_output=True, text=True, timeout=timeout, **extra, **more)
    if done.returncode != 0:
        raise AssertionError(f"{os.path.basename(argv[0])}: exit {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


def median(values):
    return statistics.median(values)


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))]


class Table:
    def __init__(self):
        self.rows = []

    def add(self, figure, what, ours, peer="", ratio=None, goal="", met=None):
        row = (figure, what, ours, peer, "" if ratio is None else f"{ratio:.2f}x", goal,
               "" if met is None else "yes" if met else "NO")
        self.rows.append(row)
        print("   ", "  ".join(cell for cell in row if cell), flush=True)

    def show(self):
        head = ("", "what", "gridward", "peer", "ratio", "goal", "met")
        wide = [max(len(r[i]) for r in self.rows + [head]) for i in range(len(head))]
        for row in [head] + self.rows:
            print("  ".join(cell.ljust(wide[i]) for i, cell in enumerate(row)).rstrip())


class Bench:
    """What the figures share, made when first asked for."""

    def __init__(self):
        self.scratch = kit.Scratch()
        self.table = Table()
        self.closing = []
        self.made = {}
        self.used_serials = 0
        self.nobody = None
        if os.geteuid() == 0:
            user = pwd.getpwnam("nobody")
            self.nobody = (user.pw_uid, user.pw_gid)
            os.chmod(self.scratch.dir, 0o711)

    def once(self, name, make):
        if name not in self.made:
            start = time.monotonic()
            self.made[name] = make()
            print(f"    ({name}: {time.monotonic() - start:.1f} s)", flush=True)
        return self.made[name]

    def peer_dir(self, name):
        path = self.scratch.path(name)
        os.makedirs(path)
        if self.nobody:
            os.chown(path, *self.nobody)
        return path

    # ---- server and homes
    def server(self):
        def make():
            server = kit.Server(self.scratch, residents=RESIDENTS, seed=7, env=SERVER_ENV)
            server.admin("user", "add", "bench", "--name", "测试", "--role", "duty")
            server.admin("grant", "bench", AREA)
            server.start()
            self.closing.append(server)
            # devices of one flat lie together; their lines on the screen would be the same
            random.Random(7).shuffle(server.community["devices"])
            with open(self.scratch.path("serials"), "w") as out:
                out.writelines(d["serial"] + "\n" for d in server.community["devices"])
            return server
        return self.once("server with 100,000 residents", make)

    def home(self):
        """Synced once; the engine is free to be anyone's."""
        def make():
            home = kit.Home(self.scratch, self.server(), user="bench", name="home", env=ENV)
            home.run("sync", "--once")
            return home
        return self.once("mirror of it", make)

    def small(self):
        """A server with a community of 60, and a grid worker's home."""
        def make():
            scratch = kit.Scratch()
            self.closing.append(scratch)
            server = kit.Server(scratch, residents=60, env=ENV).start()
            self.closing.append(server)
            home = kit.Home(scratch, server, env=ENV)
            home.run("sync", "--once")
            return server, home
        return self.once("small community", make)

    def serials(self, count):
        first = self.used_serials
        self.used_serials += count
        return first

    def raise_alarms(self, count):
        """Of devices that had none yet, into the mirror too."""
        server, home = self.server(), self.home()
        first = self.serials(count)
        lines = [json.dumps({"event_id": f"fill-{first + i}", "device": d["serial"], "kind": "sos"})
                 for i, d in enumerate(server.community["devices"][first:first + count])]
        for at in range(0, len(lines), 200):
            post(server, "/v1/ingest", "\n".join(lines[at:at + 200]) + "\n",
                 "application/x-ndjson")
        home.run("sync", "--once")

    def fill_alarms(self):
        """Open alarms up to ALARMS, in the store and in the mirror."""
        def make():
            self.offline_home(False)  # the calm one is of before
            server, home = self.server(), self.home()
            have = home_count(home, "SELECT count(*) FROM alarm WHERE state <> 'closed'")
            self.raise_alarms(ALARMS - have)
            have = home_count(home, "SELECT count(*) FROM alarm WHERE state <> 'closed'")
            if have < ALARMS:
                raise AssertionError(f"only {have} open alarms in the mirror")
            return True
        return self.once("10,000 open alarms", make)

    def offline_home(self, full):
        """A copy without a server behind it: only the screen works. full: with 10,000 open alarms."""
        def make():
            if full:
                self.fill_alarms()
            else:
                self.raise_alarms(100)
            path = self.scratch.path("full" if full else "calm")
            shutil.copytree(self.home().dir, path)
            cut_off(path)
            return path
        return self.once("copy of the mirror, cut off, " + ("10,000 alarms" if full else "calm"),
                         make)

    def end(self):
        for thing in reversed(self.closing):
            try:
                thing.end()
            except Exception:  # the others must be ended too
                traceback.print_exc()
        self.scratch.end()


def home_count(home, sql):
    import sqlite3
    store = sqlite3.connect("file:" + os.path.join(home.dir, "gridward.db") + "?mode=ro", uri=True)
    try:
        return store.execute(sql).fetchone()[0]
    finally:
        store.close()


def cut_off(directory):
    """Nobody listens at its server's address any more; opened once, so that the store has looked at
    a file that was copied and changed behind its back."""
    import sqlite3
    store = sqlite3.connect(os.path.join(directory, "gridward.db"))
    store.execute("UPDATE identity SET url = 'http://127.0.0.1:9'")
    store.commit()
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    subprocess.run([kit.GRIDWARD, "--home", directory, "duty", "on"], env=console_env(),
                   capture_output=True, timeout=60, check=False)


def post(server, path, body, media):
    request = urllib.request.Request(
        server.url + path, data=body.encode(), method="POST",
        headers={"Authorization": "Bearer " + server.token, "Content-Type": media})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read()


def console_env():
    return kit.environment(ENV)


def open_console(directory, become=None):
    return Terminal([kit.GRIDWARD, "--home", directory], console_env())


# ---- A1
class Broker:
    def __init__(self, bench):
        binary = need("mosquitto", "mosquitto")
        if not os.path.exists(program("peer_mqtt")):
            raise Skip("libmosquitto-dev")
        self.dir = bench.peer_dir("mosquitto")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        conf = os.path.join(self.dir, "mosquitto.conf")
        with open(conf, "w") as out:
            out.write(f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence false\n"
                      "max_queued_messages 0\nset_tcp_nodelay true\n")
        who = {"user": bench.nobody[0], "group": bench.nobody[1], "extra_groups": []} \
            if bench.nobody else {}
        self.proc = subprocess.Popen([binary, "-c", conf], stdout=subprocess.DEVNULL,
                                     stderr=subprocess.DEVNULL, **who)
        bench.closing.append(self)
        kit.wait_for("mosquitto listens", lambda: self.up(), 10)
        self.store = os.path.join(self.dir, "peer.db")

    def up(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def end(self):
        self.proc.send_signal(signal.SIGTERM)
        self.proc.wait(timeout=10)


RATES = ((1, 4), (100, 200), (1000, 2000))


def a1_ours(bench, rate, count):
    first = bench.serials(count)
    return run_json([program("bench_alarm"), bench.home().dir, bench.server().token,
                     bench.scratch.path("serials"), str(first), str(rate), str(count)])


def a1_peer(bench, broker, rate, count):
    return run_json([program("peer_mqtt"), str(broker.port), broker.store, str(rate), str(count)],
                    bench.nobody)


def figure_a1(bench):
    bench.offline_home(False)  # before there are alarms
    try:
        broker = Broker(bench)
    except Skip as missing:
        broker = None
        print(f"    skipped: {missing}")
    for rate, count in RATES:
        ours, peer = [], []
        for _ in range(RUNS if rate > 1 else 1):
            share = count // RUNS if rate > 1 else count
            ours.append(a1_ours(bench, rate, share))
            if broker:
                peer.append(a1_peer(bench, broker, rate, share))
        a1_rows(bench, rate, ours, peer)
    a1_drawn(bench)


def a1_rows(bench, rate, ours, peer):
    def mid(list_, name, key):
        return median([r[name][key] for r in list_])
    for key, word in (("p50_us", "p50"), ("p99_us", "p99")):
        mine = mid(ours, "received", key)
        text = (f"{mine:.0f} us (in the mirror {mid(ours, 'applied', key):.0f}; "
                f"{median([r['rate'] for r in ours]):.0f}/s)")
        if not peer:
            bench.table.add("A1", f"ingest -> engine, {rate}/s {word}", text)
            continue
        theirs = mid(peer, "received", key)
        goal = key == "p50_us"
        bench.table.add("A1", f"ingest -> engine, {rate}/s {word}", text,
                        f"mosquitto {theirs:.0f} us", mine / theirs, "<= 1.1x" if goal else "",
                        mine / theirs <= 1.1 if goal else None)


def a1_drawn(bench):
    """From the POST to the alarm's line and to the bell on the console's terminal: a grid worker on
    duty, one alarm at a time, each taken with one key before the next."""
    server, home = bench.small()
    worker = next(u for u in server.community["users"] if u["id"] == "worker-demo")
    serials = [d["serial"] for d in server.community["devices"] if d["path"] == worker["paths"][0]]
    console = open_console(home.dir)
    try:
        console.until_bytes(500, 20)
        console.until("在线".encode(), 30)
        times = [ring_once(server, console, i, serials[i]) for i in range(12)]
    finally:
        console.end()
    for word, list_ in (("drawn", [t[0] * 1000 for t in times]),
                        ("the ring (BEL)", [t[1] * 1000 for t in times])):
        bench.table.add("A1", f"ingest -> {word} on the terminal",
                        f"p50 {median(list_):.1f} ms, worst {max(list_):.1f} ms")


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
    bench.fill_alarms()
    copy = bench.scratch.path("a3")
    shutil.copytree(bench.home().dir, copy)
    cut_off(copy)
    runs = [run_json([program("bench_journal"), copy, "120"])]
    for _ in range(RUNS - 1):
        runs.append(run_json([program("bench_journal"), copy, "120"]))
    shutil.rmtree(copy)
    ratio = median([r["append_p50_us"] / r["bare_p50_us"] for r in runs])
    bench.table.add("A3", "key of an acknowledgement -> durable, p50",
                    f"{median([r['append_p50_us'] for r in runs]):.0f} us "
                    f"(p99 {median([r['append_p99_us'] for r in runs]):.0f})",
                    f"fdatasync {median([r['bare_p50_us'] for r in runs]):.0f} us", ratio,
                    "<= 1.5x", ratio <= 1.5)
    bench.table.add("A3", "the first one after opening",
                    f"{median([r['first_us'] for r in runs]):.0f} us")


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
        for name, argv in (("ours", ["mirror", None, ndjson]), ("500", ["loop", None, table, "500"]),
                           ("one", ["loop", None, table, "0"])):
            folder = bench.scratch.path("boot")
            os.makedirs(folder)
            argv = [folder if a is None else a for a in argv]
            results[name].append(run_json([program("bench_boot"), *argv]))
            shutil.rmtree(folder)
    wall = {k: median([r["wall_s"] for r in v]) for k, v in results.items()}
    cpu = {k: median([r["cpu_s"] for r in v]) for k, v in results.items()}
    rows = results["ours"][0]["rows"]
    if rows != results["500"][0]["rows"]:
        raise AssertionError("the two sides did not take in the same rows")
    for name, word in (("500", "500 a commit"), ("one", "one commit")):
        ratio = median([o["cpu_s"] / p["cpu_s"] for o, p in zip(results["ours"], results[name])])
        bench.table.add("B1", f"{rows:,} residents into the mirror",
                        f"{cpu['ours']:.2f} s CPU, {wall['ours']:.2f} s",
                        f"loop, {word}: {cpu[name]:.2f} s CPU, {wall[name]:.2f} s", ratio,
                        "<= 1.8x", ratio <= 1.8)
    bench.table.add("B1", "peak memory of it",
                    f"{median([r['rss_kb'] for r in results['ours']]) / 1024:.0f} MB "
                    f"(text {os.path.getsize(ndjson) >> 20} MB in memory)")


# ---- B3
def figure_b3(bench):
    home = bench.home()
    home.run("sync", "--once")
    runs = [run_json([program("bench_alarm"), "--catchup", home.dir]) for _ in range(RUNS)]
    reads = [[c for c in r["calls"] if "/v1/changes" in c["call"] or "/v1/snapshot" in c["call"]]
             for r in runs]
    requests = max(len(r) for r in reads)
    size = max(sum(c["bytes"] for c in r) for r in reads)
    ms = median([sum(c["ms"] for c in r) for r in reads])
    bench.table.add("B3", f"empty catch-up, {runs[0]['rows']:,} rows",
                    f"{requests} request, {size} bytes, {ms:.1f} ms", "", None,
                    "1, < 1 KiB, < 10 ms", requests == 1 and size < 1024 and ms < 10)


# ---- T
def repository(bench, commits):
    """A git repository of that many commits, made by fast-import, owned by nobody."""
    def make():
        need("tig", "tig")
        path = bench.peer_dir(f"repo{commits}")
        who = {"user": bench.nobody[0], "group": bench.nobody[1], "extra_groups": []} \
            if bench.nobody else {}
        env = {"PATH": os.environ["PATH"], "HOME": path, "LANG": "C.UTF-8"}
        subprocess.run(["git", "init", "-q", "-b", "main", path], check=True, env=env, **who)
        feed = subprocess.Popen(["git", "-C", path, "fast-import", "--quiet"], env=env,
                                stdin=subprocess.PIPE, **who)
        out = []
        for i in range(1, commits + 1):
            text = f"change number {i} of the work on the grid\n"
            out.append(f"commit refs/heads/main\nmark :{i}\ncommitter Wang Fang <w@example.org> "
                       f"{1600000000 + i * 60} +0800\ndata {len(text)}\n{text}"
                       + (f"from :{i - 1}\n" if i > 1 else ""))
        feed.communicate("".join(out).encode())
        if feed.returncode != 0:
            raise AssertionError("git fast-import failed")
        # as a repository that is in use: packed well, with a commit graph
        subprocess.run(["git", "-C", path, "gc", "--quiet"], check=True, env=env, **who)
        return path
    return bench.once(f"repository of {commits:,} commits", make)


def tig_command(bench, commits):
    path = repository(bench, commits)
    env = {"PATH": os.environ["PATH"], "HOME": path, "LC_ALL": "C.UTF-8",
           "TERM": "xterm-256color", "TIGRC_USER": "/dev/null"}
    return ["tig"], env, path, bench.nobody


def console_command(bench, full=True):
    # not trying to connect all the time: only the screen's work counts here
    env = dict(console_env(), GRIDWARD_SYNC_BACKOFF_FLOOR="10m", GRIDWARD_SYNC_BACKOFF_CEILING="1h")
    return [kit.GRIDWARD, "--home", bench.offline_home(full)], env, None, None


STEPS = (("cursor down", b"j"), ("scroll by one at the edge", b"j"), ("repaint", b"\x0c"))
PRESSES = {"cursor down": 20, "scroll by one at the edge": 60, "repaint": 20}
SEEN = [b"j"] * 25 + [b"k"] * 25
# what is pressed before and what is counted, under callgrind: so many keys that a second more or less
# on the screen's clock does not tell
COUNTED = {"cursor down": (SEEN, ([b"j"] * 20 + [b"k"] * 20) * 5),
           "scroll by one at the edge": ([b"j"] * 60, [b"j"] * 60),
           "repaint": (SEEN, [b"\x0c"] * 40)}


def median_bytes(command, loaded):
    """Median bytes per key of each step."""
    argv, env, cwd, become = command
    terminal = Terminal(argv, env, cwd, become)
    found = {}
    try:
        terminal.until_bytes(3000, 30)
        loaded(terminal)
        # rows that were looked at once: the first look at a new alarm changes the notice line too
        for key in SEEN:
            terminal.press(key, 0.005)
        for name, key in STEPS:
            if name == "scroll by one at the edge":
                for _ in range(60):
                    terminal.press(key, 0.005)
            got = [terminal.press(key, 0.01)[0] for _ in range(PRESSES[name])]
            found[name] = median([g for g in got if g] or [0])
    finally:
        terminal.end()
    return found


# Every counted run has the same times after its start, so that clocks on the screen cancel.
KEYS_AT_S, END_AT_S = 5, 18


def instructions(command, keys):
    """Instructions under callgrind from start to end, with these keys in between."""
    valgrind = need("valgrind", "valgrind")
    argv, env, cwd, become = command
    log = tempfile.NamedTemporaryFile(prefix="callgrind.", delete=False)
    os.chmod(log.name, 0o666)
    terminal = Terminal([valgrind, "--tool=callgrind", "--callgrind-out-file=/dev/null",
                         f"--log-file={log.name}", *argv], env, cwd, become)
    try:
        terminal.until_bytes(2500, 60)
        if time.monotonic() - terminal.start > KEYS_AT_S:
            raise AssertionError("the first screen came too late to count")
        while time.monotonic() - terminal.start < KEYS_AT_S:
            terminal.read(0.05)
        for key in keys:
            terminal.press(key, 0.002)
        while time.monotonic() - terminal.start < END_AT_S:
            terminal.read(0.05)
    finally:
        if argv[0] == "tig":
            os.write(terminal.fd, b"q")
            terminal.quiet(0.5, 10)
        terminal.end()
    with open(log.name) as text:
        found = re.search(r"Collected : (\d+)", text.read())
    os.unlink(log.name)
    if not found:
        raise AssertionError("callgrind counted nothing")
    return int(found.group(1))


def instructions_per_key(command):
    """Million instructions of each step: the difference of two runs, by the number of keys."""
    found, base = {}, {}
    for name, (before, counted) in COUNTED.items():
        if len(before) not in base:
            base[len(before)] = instructions(command, before)
        found[name] = (instructions(command, before + counted) - base[len(before)]) \
            / len(counted) / 1e6
    return found


def tig_loaded(terminal):
    terminal.quiet(1.0, 20)


def figure_t1(bench):
    ours = console_command(bench)
    peer = tig_command(bench, COMMITS_T1)
    sizes = median_bytes(ours, lambda t: t.quiet(0.5, 10)), median_bytes(peer, tig_loaded)
    goals = {"cursor down": (0.1, 0.2), "scroll by one at the edge": (0.05, None),
             "repaint": (None, 0.4)}
    for name, _ in STEPS:
        mine, theirs = sizes[0][name], sizes[1][name]
        goal = goals[name][0]
        ratio = mine / theirs
        bench.table.add("T1", f"{name}, bytes", f"{mine:.0f}", f"tig {theirs:.0f}", ratio,
                        f"<= {goal}x" if goal else "", ratio <= goal if goal else None)
    # of tig only the first commits: how far it had loaded would be most of the difference
    short = (peer[0] + ["-n2000"],) + peer[1:]
    counts = instructions_per_key(ours), instructions_per_key(short)
    for name, _ in STEPS:
        mine, theirs = counts[0][name], counts[1][name]
        goal = goals[name][1]
        if mine <= 0 or theirs <= 0:  # more noise than work: no figure is better than a wrong one
            bench.table.add("T1", f"{name}, million instructions", f"not steady: {mine:.3f}",
                            f"tig {theirs:.3f}")
            continue
        ratio = mine / theirs
        bench.table.add("T1", f"{name}, million instructions", f"{mine:.3f}", f"tig {theirs:.3f}",
                        ratio, f"<= {goal}x" if goal else "", ratio <= goal if goal else None)


def start_time(command, settle=None):
    times = []
    for _ in range(RUNS + 1):
        argv, env, cwd, become = command
        terminal = Terminal(argv, env, cwd, become)
        try:
            times.append(terminal.until_bytes(2500, 30) * 1000)
        finally:
            terminal.end(signal.SIGTERM)
    return median(times[1:])


def figure_t2(bench):
    size = os.path.getsize(os.path.join(bench.offline_home(False), "gridward.db")) >> 20
    mine = start_time(console_command(bench, False))
    small = start_time(small_console(bench))
    full = start_time(console_command(bench))
    bench.table.add("T2", f"start to first screen, mirror of {size} MB", f"{mine:.1f} ms", "", None,
                    "< 50 ms", mine < 50)
    bench.table.add("T2", "the same, mirror of 60 residents", f"{small:.1f} ms")
    bench.table.add("T2", "the same, 10,000 open alarms", f"{full:.1f} ms")
    theirs = start_time(tig_command(bench, COMMITS_T2))
    bench.table.add("T2", f"beside tig on {COMMITS_T2:,} commits", f"{mine:.1f} ms",
                    f"tig {theirs:.1f} ms", mine / theirs, "<= 0.3x", mine / theirs <= 0.3)


def small_console(bench):
    """A community of 60 with enough alarms for a full screen."""
    def make():
        server, home = bench.small()
        worker = next(u for u in server.community["users"] if u["id"] == "worker-demo")
        serials = [d["serial"] for d in server.community["devices"]
                   if d["path"] == worker["paths"][0]]
        for serial in serials[:80]:
            server.ingest(device=serial, kind="sos")
        home.run("sync", "--once")
        server.end()
        return [kit.GRIDWARD, "--home", home.dir], console_env(), None, None
    return bench.once("its alarms", make)


def figure_t3(bench):
    """Keys on the queue while a new home of the same user loads everything."""
    server = bench.server()
    bench.fill_alarms()
    times, rows = [], 0
    home = kit.Home(bench.scratch, server, user="bench", name="loading", env=ENV)
    console = open_console(home.dir)
    try:
        start = time.monotonic()
        console.until_bytes(3000, 20)
        while time.monotonic() - start < 25:
            count, first, _ = console.press(b"j" if len(times) % 40 < 30 else b"k", 0.002, 2.0)
            if count:
                times.append(first * 1000)
            time.sleep(0.01)
            if len(times) % 100 == 0:
                rows = home_count(home, "SELECT count(*) FROM resident")
                if rows >= RESIDENTS - 1000:
                    break
        rows = sum(home_count(home, f"SELECT count(*) FROM {t}") for t in
                   ("resident", "resident_private", "dwelling", "household", "spell", "device"))
        took = time.monotonic() - start
    finally:
        console.end()
    bench.table.add("T3", f"key -> redraw while {rows:,} rows load ({took:.0f} s, {len(times)} keys)",
                    f"p50 {median(times):.1f} ms, p99 {percentile(times, 0.99):.1f} ms, worst "
                    f"{max(times):.1f} ms", "", None, "p99 < 16 ms",
                    percentile(times, 0.99) < 16)


# ---- M
def script():
    with open(os.path.join(HERE, "keys.txt")) as text:
        words = [w for line in text if not line.startswith("#") for w in line.split()]
    return [KEYS.get(w, w.encode()) for w in words]


def figure_m1(bench):
    calm = keys_rss(console_command(bench, False), 10000)
    full = keys_rss(console_command(bench), 2000)
    for (pressed, before, after), word, goal in ((calm, "", 20), (full, ", 10,000 open alarms", 0)):
        bench.table.add("M1", f"console, {RESIDENTS:,} residents{word}, after {pressed:,} keys",
                        f"{after / 1024:.1f} MB (at the start {before / 1024:.1f})", "", None,
                        f"< {goal} MB" if goal else "", after < goal * 1024 if goal else None)


def keys_rss(command, count):
    terminal = Terminal(*command)
    try:
        terminal.until_bytes(2500, 20)
        terminal.quiet(0.3, 5)
        before = terminal.rss_kb()
        keys, pressed = script(), 0
        while pressed < count:
            for key in keys:
                os.write(terminal.fd, key)
                pressed += 1
                terminal.quiet(0.03 if key == b"\033" else 0.001, 1)
            if not terminal.open:
                raise AssertionError("the console ended: " + repr(terminal.text[-300:]))
            terminal.text = terminal.text[-4000:]
        return pressed, before, terminal.rss_kb()
    finally:
        terminal.end()


def figure_m2(bench):
    server = bench.server()
    server.kill(signal.SIGTERM)
    server.start()
    home = bench.home()
    home.run("sync", "--once")
    with open(f"/proc/{server.proc.pid}/status") as status:
        rss = int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1)) / 1024
    bench.table.add("M2", "dispatchd idle on the same store", f"{rss:.1f} MB", "", None, "< 30 MB",
                    rss < 30)


FIGURES = (("A1", figure_a1), ("A3", figure_a3), ("B1", figure_b1), ("B3", figure_b3),
           ("T1", figure_t1), ("T2", figure_t2), ("T3", figure_t3), ("M1", figure_m1),
           ("M2", figure_m2))


def main():
    bench = Bench()
    start = time.monotonic()
    try:
        for name, figure in FIGURES:
            if sys.argv[1:] and name not in sys.argv[1:]:
                continue
            print(f"{name} ({time.monotonic() - start:.0f} s)", flush=True)
            try:
                figure(bench)
            except Skip as missing:
                print(f"    skipped: {missing}", flush=True)
            except Exception as trouble:  # the other figures are worth having
                bench.table.add(name, "not measured", str(trouble).splitlines()[0][:100])
                traceback.print_exc()
    finally:
        bench.end()
    print(f"\n{os.cpu_count()} cores, {time.monotonic() - start:.0f} s in all")
    bench.table.show()


if __name__ == "__main__":
    main()
