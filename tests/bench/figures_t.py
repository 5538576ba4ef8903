"""T1: what a key costs. T2: the start. T3: keys while everything loads."""
import os
import re
import shutil
import signal
import subprocess
import time

import kit
from common import (ALARMS, ENV, RESIDENTS, RUNS, Terminal, console_env, home_count, median, need,
                    open_console, percentile, spread)
from peers import tig_command

COMMITS_T1, COMMITS_T2 = 20000, 200000


def console_command(bench, full=True):
    # not trying to connect all the time: only the screen's work counts here
    env = dict(console_env(), GRIDWARD_SYNC_BACKOFF_FLOOR="10m", GRIDWARD_SYNC_BACKOFF_CEILING="1h")
    return [kit.GRIDWARD, "--home", bench.offline_home(full)], env, None, None


# ---- T1
STEPS = ("cursor down", "scroll by one at the edge", "repaint")
PRESSES = {"cursor down": (b"j", 20), "scroll by one at the edge": (b"j", 60),
           "repaint": (b"\x0c", 20)}
SEEN = [b"j"] * 25 + [b"k"] * 25
EDGE = [b"j"] * 60
# what is counted under callgrind, and what is pressed before so that nothing is seen anew
COUNTED = {"cursor down": (SEEN, [b"j"] * 20 + [b"k"] * 20),
           "repaint": ([], [b"\x0c"] * 20),
           "scroll by one at the edge": (EDGE, [b"j"] * 40)}
GOALS = {"cursor down": (0.1, 0.2), "scroll by one at the edge": (0.05, None),
         "repaint": (None, 0.4)}


def median_bytes(command):
    """Median bytes per key of each step."""
    terminal = Terminal(*command)
    found = {}
    try:
        terminal.until_bytes(2500, 30)
        terminal.quiet(1.0, 20)
        # rows that were looked at once: the first look at a new alarm changes the notice line too
        press_all(terminal, SEEN, 0.005)
        for name in STEPS:
            key, count = PRESSES[name]
            if name == "scroll by one at the edge":
                press_all(terminal, EDGE, 0.005)
            got = [terminal.press(key, 0.01)[0] for _ in range(count)]
            found[name] = median([g for g in got if g] or [0])
    finally:
        end(command, terminal)
    return found


def press_all(terminal, keys, settle):
    for key in keys:
        terminal.press(key, settle)


def wait(terminal, seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        terminal.read(0.05)


def end(command, terminal):
    if command[0][0] == "tig":
        os.write(terminal.fd, b"q")
        terminal.quiet(0.5, 10)
    terminal.end()


class Counter:
    """A program under callgrind, whose counters are set to zero and read while it runs."""

    def __init__(self, bench, command):
        argv, env, cwd, become = command
        self.control = need("callgrind_control", "valgrind")
        self.dir = bench.peer_dir(f"callgrind.{argv[0].rsplit('/', 1)[-1]}")
        self.out = os.path.join(self.dir, "out")
        self.parts, self.idle_rate = 0, 0.0
        self.command = command
        # as the same user as the program: with another it waits for ever
        self.who = bench.become() if become else {}
        if not become:
            os.chown(self.dir, os.geteuid(), os.getegid())
        self.pipes = f"--vgdb-prefix={self.dir}/vgdb"
        self.terminal = Terminal([need("valgrind", "valgrind"), "--tool=callgrind", self.pipes,
                                  f"--callgrind-out-file={self.out}",
                                  f"--log-file={self.dir}/log", *argv], env, cwd, become)

    def ask(self, word):
        asking = subprocess.Popen([self.control, self.pipes, word, str(self.terminal.pid)],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  start_new_session=True, **self.who)
        try:
            status = asking.wait(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(asking.pid, signal.SIGKILL)  # with the vgdb that it started
            status = asking.wait()
        if status != 0:
            raise AssertionError(f"callgrind_control {word}: status {status}")

    def idle(self, seconds=10):
        """Looks at what it does while nobody presses anything, which count() then takes off: clocks
        on the screen are no work of a key."""
        self.idle_rate = self.count([], seconds) / seconds

    def count(self, keys, seconds=0):
        """Instructions from the first key until its terminal is quiet after the last."""
        self.ask("-z")
        began = time.monotonic()
        press_all(self.terminal, keys, 0.05)  # each drawn on its own, however slow
        wait(self.terminal, seconds)
        took = time.monotonic() - began
        self.ask("-d")
        self.parts += 1
        with open(f"{self.out}.{self.parts}") as part:
            total = int(re.search(r"^totals: (\d+)", part.read(), re.M).group(1))
        return total - self.idle_rate * took

    def end(self):
        end(self.command, self.terminal)
        shutil.rmtree(self.dir, ignore_errors=True)


def instructions_per_key(bench, command):
    """Million instructions a key of each step, a list of five."""
    counter = Counter(bench, command)
    found = {}
    try:
        counter.terminal.until_bytes(2500, 60)
        counter.terminal.quiet(2.0, 60)
        counter.idle()
        for name, (before, counted) in COUNTED.items():
            press_all(counter.terminal, before, 0.02)
            found[name] = [counter.count(counted) / len(counted) / 1e6 for _ in range(RUNS)]
    finally:
        counter.end()
    return found


def figure_t1(bench):
    ours = console_command(bench)
    peer = tig_command(bench, COMMITS_T1)
    sizes = median_bytes(ours), median_bytes(peer)
    for name in STEPS:
        mine, theirs = sizes[0][name], sizes[1][name]
        t1_row(bench, f"{name}, bytes", (mine, f"{mine:,.0f}"), (theirs, f"tig {theirs:,.0f}"),
               GOALS[name][0])
    # of tig only the first commits: how far it had loaded would be most of the difference
    short = (peer[0] + ["-n2000"],) + peer[1:]
    counts = instructions_per_key(bench, ours), instructions_per_key(bench, short)
    for name in STEPS:
        mine, theirs = counts[0][name], counts[1][name]
        t1_row(bench, f"{name}, million instructions", (median(mine), spread(mine)),
               (median(theirs), "tig " + spread(theirs)), GOALS[name][1])


def t1_row(bench, what, ours, peer, goal):
    """ours and peer: the number and how it is written."""
    ratio = ours[0] / peer[0] if peer[0] > 0 else None
    bench.table.add("T1", what, ours[1], peer[1], ratio, f"<= {goal}x" if goal else "",
                    ratio <= goal if goal and ratio is not None else None)


# ---- T2
def start_time(command):
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
    bench.table.add("T2", f"the same, {ALARMS:,} open alarms", f"{full:.1f} ms")
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


# ---- T3
LOADED = RESIDENTS * 3  # rows of the six largest tables; the goal asks for 200,000
# A cursor key and Ctrl-L in one write: the frame that begins with a cleared screen is the answer to
# both. A cursor key alone cannot be told from what the load draws meanwhile: when rows come in
# above it the mark stays where it is. So this is the price of a key and a full repaint.
REPAINT, CLEARED = b"\x0c", b"\x1b[2J"


def figure_t3(bench):
    """Keys on the queue while new homes of the same user load everything, one after the other."""
    bench.fill_alarms()
    runs = [keys_while_loading(bench, f"loading{i}") for i in range(RUNS)]
    times = [ms for run in runs for ms in run["ms"]]
    tails = [percentile(run["ms"], 0.99) for run in runs]
    p99 = percentile(times, 0.99)
    rows, took = median([r["rows"] for r in runs]), median([r["s"] for r in runs])
    bench.table.add("T3", f"key and repaint while {rows:,.0f} rows load "
                    f"({RUNS} loads of {took:.0f} s, {len(times):,} keys)",
                    f"p50 {median(times):.1f} ms, p99 {p99:.1f} ms (of one load "
                    f"{min(tails):.1f}-{max(tails):.1f}), worst {max(times):.0f} ms", "", None,
                    "p99 < 16 ms", p99 < 16)
    if min(r["rows"] for r in runs) < LOADED:
        raise AssertionError("a load did not come to its end within a minute")
    unanswered = sum(r["unanswered"] for r in runs)
    if unanswered:
        bench.table.add("T3", "keys without an answer within 5 s", f"{unanswered}", "", None, "0",
                        False)


def keys_while_loading(bench, name):
    home = kit.Home(bench.scratch, bench.server(), user="bench", name=name, env=ENV)
    console = open_console(home.dir)
    found = {"ms": [], "unanswered": 0, "rows": 0}
    try:
        console.until_bytes(500, 20)
        start = time.monotonic()
        i = 0
        while time.monotonic() - start < 60 and found["rows"] < LOADED:
            took = answered(console, (b"j" if i % 40 < 30 else b"k") + REPAINT, CLEARED)
            found["ms" if took else "unanswered"] += [took * 1000] if took else 1
            i += 1
            time.sleep(0.01)
            if i % 20 == 0:
                found["rows"] = loaded_rows(home)
        found["s"] = time.monotonic() - start
    finally:
        console.end()
        shutil.rmtree(home.dir)
    return found


def answered(console, key, sign):
    """Seconds from the key to its own answer, not to what the load draws meanwhile; None = none."""
    while console.read(0):
        pass
    console.text = b""
    pressed = time.monotonic()
    os.write(console.fd, key)
    while time.monotonic() - pressed < 5:
        if console.read(1) and sign in console.text:
            return time.monotonic() - pressed
    return None


def loaded_rows(home):
    return sum(home_count(home, f"SELECT count(*) FROM {t}") for t in
               ("resident", "resident_private", "dwelling", "household", "spell", "device"))
