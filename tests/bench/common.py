"""What the figures share: where things lie, the table, the server and homes made once, and small
helpers. Everything lies in scratch folders and goes away with Bench.end()."""
import json
import os
import pwd
import random
import shutil
import socket
import statistics
import subprocess
import sys
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
RESIDENTS = int(os.environ.get("BENCH_RESIDENTS", "100000"))  # fewer only to try the bench itself
RESIDENTS_MIDDLE = 12600  # about 58,000 rows
ALARMS = RESIDENTS // 10
kit.GRIDWARD = os.path.join(BIN, "gridward")
kit.DISPATCHD = os.path.join(BIN, "gridward-dispatchd")
kit.FAST.clear()  # the real protocol times
kit.BOUND = 90
ENV = {"GRIDWARD_LOCALEDIR": os.path.join(BUILD, "locale")}
# A mirror of 450,000 rows in one go is more than a console may ask for at once.
SERVER_ENV = dict(ENV, GRIDWARD_RATE_SNAPSHOT="100000", GRIDWARD_RATE_SNAPSHOT_BURST="100000",
                  GRIDWARD_RATE_FEED="100000", GRIDWARD_RATE_FEED_BURST="100000")
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
    """The rows of all figures: printed as they come, and as Markdown at the end."""
    HEAD = ("", "gridward", "beside", "ratio", "goal", "met")

    def __init__(self):
        self.rows = []

    def add(self, figure, what, ours, peer="", ratio=None, goal="", met=None):
        row = (f"{figure} {what}", ours, peer, "" if ratio is None else number(ratio), goal,
               "" if met is None else "yes" if met else "no")
        self.rows.append(row)
        print("   ", "  ".join(cell for cell in row if cell), flush=True)

    def markdown(self):
        lines = [self.HEAD, ("---",) * len(self.HEAD)] + self.rows
        return "".join("| " + " | ".join(cell.replace("|", "/") for cell in row) + " |\n"
                       for row in lines)


def number(ratio):
    digits = 0 if ratio >= 100 else 2 if ratio >= 0.1 else 3
    return f"{ratio:,.{digits}f}x"


def spread(values, form="{:.3f}"):
    """The middle, and what it lay between."""
    low, mid, high = (form.format(v) for v in (min(values), median(values), max(values)))
    return mid if low == high else f"{mid} ({low}-{high})"


def port_open(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


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

    def become(self):
        """Of a peer's process: nobody when we are root."""
        return {"user": self.nobody[0], "group": self.nobody[1], "extra_groups": []} \
            if self.nobody else {}

    # ---- server and homes
    def new_server(self, scratch, residents):
        server = kit.Server(scratch, residents=residents, seed=7, env=SERVER_ENV)
        server.admin("user", "add", "bench", "--name", "测试", "--role", "duty")
        server.admin("grant", "bench", AREA)
        server.start()
        self.closing.append(server)
        return server

    def server(self):
        def make():
            server = self.new_server(self.scratch, RESIDENTS)
            # devices of one flat lie together; their lines on the screen would be the same
            random.Random(7).shuffle(server.community["devices"])
            with open(self.scratch.path("serials"), "w") as out:
                out.writelines(d["serial"] + "\n" for d in server.community["devices"])
            return server
        return self.once(f"server with {RESIDENTS:,} residents", make)

    def home(self):
        """Synced once; the engine is free to be anyone's."""
        def make():
            home = kit.Home(self.scratch, self.server(), user="bench", name="home", env=ENV)
            home.run("sync", "--once")
            return home
        return self.once("mirror of it", make)

    def middle(self):
        """A mirror of about 58,000 rows, and the server it came from."""
        def make():
            scratch = kit.Scratch()
            self.closing.append(scratch)
            server = self.new_server(scratch, RESIDENTS_MIDDLE)
            home = kit.Home(scratch, server, user="bench", name="home", env=ENV)
            home.run("sync", "--once")
            return home
        return self.once(f"mirror of {RESIDENTS_MIDDLE:,} residents", make)

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
        if self.used_serials > len(self.server().community["devices"]):
            raise AssertionError("more alarms than devices: two would be one")
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
            self.raise_alarms(max(0, ALARMS - have))
            have = home_count(home, "SELECT count(*) FROM alarm WHERE state <> 'closed'")
            if have < ALARMS:
                raise AssertionError(f"only {have} open alarms in the mirror")
            return True
        return self.once(f"{ALARMS:,} open alarms", make)

    def offline_home(self, full):
        """A copy without a server behind it: only the screen works. full: with ALARMS open."""
        def make():
            if full:
                self.fill_alarms()
            else:
                self.raise_alarms(100)
            path = self.scratch.path("full" if full else "calm")
            shutil.copytree(self.home().dir, path)
            cut_off(path)
            return path
        return self.once("copy of the mirror, cut off" + (", all alarms" if full else ""), make)

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


def open_console(directory):
    return Terminal([kit.GRIDWARD, "--home", directory], console_env())
