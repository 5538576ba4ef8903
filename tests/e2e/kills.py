#!/usr/bin/env python3
"""kill -9 of the console, the head-less engine, the command line and the server at random moments. What a command said was
recorded is at the server exactly once at the end. Usage: kills.py CYCLES [SEED]"""
import json
import os
import random
import signal
import subprocess
import sys
import time

from kit import GRIDWARD, Console, Home, Server, keep, run_all, wait_for

CYCLES = int(sys.argv[1]) if len(sys.argv) > 1 else 60
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 20260101
sys.argv = sys.argv[:1]


def note(home, alarm, text):
    """One command in its own process; returns (process, text)."""
    return subprocess.Popen([GRIDWARD, "--home", home.dir, "alarm", "note", alarm, "--text", text, "--json"],
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=home.env,
                            stdin=subprocess.DEVNULL), text


def kills(scratch):
    rng = random.Random(SEED)
    server = keep(scratch, Server(scratch)).start()
    home = Home(scratch, server)
    home.run("sync", "--once")
    alarm = server.ingest(device=server.serial("smoke"), kind="smoke", state="raise")["alarm"]
    home.run("sync", "--once")
    said = set()
    follow = console = None
    for cycle in range(CYCLES):
        if console is None:
            console = Console(home)
            console.wait("烟感", bound=60)
        if follow is None or follow.poll() is not None:
            follow = subprocess.Popen([GRIDWARD, "--home", home.dir, "sync", "--follow"], env=home.env,
                                      stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL)
        proc, text = note(home, alarm, f"k{cycle}")
        time.sleep(rng.uniform(0, 0.08))
        victim = rng.choice(["command", "server", "follow", "console", "none"])
        if cycle % 5 == 0:
            console.press("F2")  # an acknowledgement or a hold of the console's own, on its way
        if victim == "command":
            proc.kill()
        elif victim == "console":
            os.kill(console.pid, signal.SIGKILL)
            console.end()
            console = None
        elif victim == "server":
            server.kill(signal.SIGKILL)
        elif victim == "follow":
            follow.kill()
            follow.wait()
        if victim == "server":
            server.start()
        out, _ = proc.communicate(timeout=60)
        if out.strip():
            said.add(text)
            assert json.loads(out)["state"] in ("pending", "sent", "applied"), out
    if console is not None:
        console.end()
    if follow.poll() is None:
        follow.send_signal(signal.SIGTERM)
        follow.wait(timeout=20)
    wait_for("all delivered", lambda: (home.run("sync", "--once", status=None),
                                       home.json("status")["unsent"] == 0)[1], bound=60)
    entries = home.json("journal", "list", "--state", "applied")
    numbers = sorted(e["n"] for e in home.json("journal", "list"))
    assert numbers == list(range(1, len(numbers) + 1)), "the chain has holes"
    exported = [e["text"] for e in events_of(server, scratch, alarm)]
    assert len(exported) == len(set(exported)), "a note stands twice"
    lost = said - set(exported)
    assert not lost, f"lost: {lost}"
    assert len(entries) >= len(said)
    print(f"     {CYCLES} cycles, {len(said)} commands said recorded, {len(exported)} at the server")


def events_of(server, scratch, alarm):
    """All events of the alarm from a fresh laptop's mirror."""
    fresh = Home(scratch, server, user="duty-demo", name=f"fresh{os.getpid()}")
    fresh.run("sync", "--once")
    row = fresh.json("alarm", "show", alarm)
    return [e for e in row["events"] if e["kind"] == "note"]


run_all([(f"{CYCLES} kills, seed {SEED}", kills)])
