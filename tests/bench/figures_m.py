"""M1: the console after an hour of keys. M2: the server at rest."""
import os
import re
import signal

from common import ALARMS, HERE, RESIDENTS, Terminal
from figures_t import console_command

KEYS = {"Down": b"\033OB", "Up": b"\033OA", "PgDn": b"\033[6~", "PgUp": b"\033[5~",
        "Home": b"\033OH", "End": b"\033OF", "Enter": b"\r", "Esc": b"\033", "Tab": b"\t",
        "Ctrl-L": b"\x0c"}


def script():
    with open(os.path.join(HERE, "keys.txt")) as text:
        words = [w for line in text if not line.startswith("#") for w in line.split()]
    return [KEYS.get(w, w.encode()) for w in words]


def figure_m1(bench):
    calm = keys_rss(console_command(bench, False), 10000)
    full = keys_rss(console_command(bench), 2000)
    for (pressed, before, after, peak), word, goal in (
            (calm, "", 20), (full, f", {ALARMS:,} open alarms", 0)):
        bench.table.add("M1", f"console, {RESIDENTS:,} residents{word}, after {pressed:,} keys",
                        f"{after / 1024:.1f} MB (at the start {before / 1024:.1f}, at most "
                        f"{peak / 1024:.1f})", "", None,
                        f"< {goal} MB" if goal else "", after < goal * 1024 if goal else None)


def keys_rss(command, count):
    """Keys pressed, and KiB at the start, at the end, at most. Each key waits for its answer, as a
    hand does; most must have one, or the script does not do what it says."""
    terminal = Terminal(*command)
    try:
        terminal.until_bytes(2500, 20)
        terminal.quiet(0.3, 5)
        before = terminal.rss_kb()
        keys, pressed, answered = script(), 0, 0
        while pressed < count:
            for key in keys:
                # a lone Esc is one only after 25 ms
                answered += terminal.press(key, 0.001, 0.2 if key == b"\033" else 0.05)[0] > 0
            pressed += len(keys)
            if not terminal.open:
                raise AssertionError("the console ended: " + repr(terminal.text[-300:]))
            terminal.text = terminal.text[-4000:]
        if answered < pressed * 0.75:
            raise AssertionError(f"only {answered} of {pressed} keys were answered")
        return pressed, before, terminal.rss_kb(), terminal.rss_kb("VmHWM")
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
