#!/usr/bin/env python3
"""kill -9 of the console, the head-less engine, the command line and the server at random moments. What a command said was
recorded is at the server exactly once at the end. Then kill -9 of whoever records in an election, at a write into
the home, and of a first load. Usage: kills.py CYCLES [SEED]"""
import copy
import ctypes
import hashlib
import json
import os
import random
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

from elections import Office
from kit import GRIDWARD, Console, Home, Scratch, Server, keep, run_all, wait_for

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
    """All notes of the alarm from a fresh laptop's mirror; a card shows only the newest few hundred events."""
    fresh = Home(scratch, server, user="duty-demo", name=f"fresh{os.getpid()}")
    fresh.run("sync", "--once")
    store = sqlite3.connect(f"file:{fresh.dir}/gridward.db?mode=ro", uri=True)
    try:
        return [{"text": text} for (text,) in
                store.execute("SELECT text FROM alarm_event WHERE alarm = ? AND kind = 'note'", (alarm,))]
    finally:
        store.close()


# ---- elections
LIBC = ctypes.CDLL(None, use_errno=True)
IN_MODIFY, IN_CREATE, IN_DELETE = 0x2, 0x100, 0x200
PEOPLE = 4
COUNTED = [str(n + 1) for n in range(PEOPLE)] + ["w1"]
COPIES = 10  # of a home, each killed at another write of the count
ELECTION_KILLS = CYCLES // 2  # at least: an election is played to its end
FIGURES = {"issued": 100, "recovered": 98, "not_returned": 2, "valid": 95, "invalid": 2, "blank": 1}
POSTS = ("chair", "deputy", "member")


def killed_at(home, args, at=None):
    """Runs the command and kills it at the at-th write into its home, at the latest when it says something
    (none: lets it end). Returns its output, the writes seen and its exit status, -9 when the kill came in time."""
    watch = LIBC.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    assert watch >= 0 and LIBC.inotify_add_watch(watch, home.dir.encode(), IN_MODIFY | IN_CREATE | IN_DELETE) >= 0
    proc = subprocess.Popen([GRIDWARD, "--home", home.dir, *args], env=home.env, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    ended = os.pidfd_open(proc.pid)
    writes = 0
    try:
        while True:
            ready, _, _ = select.select([watch, ended] + ([proc.stdout] if at else []), [], [], 60)
            assert ready, f"{args}: never ends"
            if watch in ready:
                events, place = os.read(watch, 65536), 0
                while place < len(events):
                    place += 16 + int.from_bytes(events[place + 12:place + 16], sys.byteorder)
                    writes += 1
            if at and (writes >= at or proc.stdout in ready):
                proc.kill()
                break
            if watch not in ready:
                break
        out, home.err = proc.communicate(timeout=60)
    finally:
        proc.kill()
        os.close(ended)
        os.close(watch)
    return out, writes, proc.returncode


class Records:
    """The records of an election as one home exports them; the file must verify, every chain be whole."""

    def __init__(self, office, home):
        path = office.scratch.path("kill.gwe")
        home.run("election", "export", office.id, "--out", path)
        report = home.json("verify", path)
        assert report["genuine"], report
        self.lines, chains = {}, {}
        with open(path, encoding="utf-8") as text:
            for step in (json.loads(line).get("step") for line in text):
                if step:
                    line = step["line"]
                    body = json.loads(line["body"])
                    own = hashlib.sha256(b"gridward-cmd-v1\n" + line["body"].encode()).hexdigest()
                    self.lines[own] = (body, json.loads(line.get("private") or "{}").get("fields", {}))
                    chains.setdefault(body["dev"], []).append((body["data"]["pn"], body["data"]["pprev"], own))
        assert len(self.lines) == report["count"], report
        for chain in chains.values():
            before = ""
            for at, (pn, pprev, own) in enumerate(sorted(chain)):
                assert (pn, pprev) == (at + 1, before), f"a gap or a fork: {sorted(chain)}"
                before = own

    def find(self, kind, **data):
        """Hashes of the records of that kind with these data; fields of the private part too."""
        return [own for own, (body, private) in self.lines.items() if body["kind"] == "process." + kind and all(
            {**body["data"], **body["data"].get("fields", {}), **private}.get(k) == v for k, v in data.items())]


class Recorder:
    """Kills whoever records, and looks at what is left."""

    def __init__(self, rng):
        self.rng = rng
        self.office = self.homes = None
        self.writes = {}  # of each verb, of a run that nobody killed
        self.last = {}
        self.parts = set()
        self.kills = self.stood = self.said = 0

    def run(self, user, verb, *args):
        """Killed at a random write, mostly at an early one: behind the records comes their delivery.
        Returns what it said; the first of each verb is left alone and counted."""
        writes = self.writes.get(verb)
        at = writes and 1 + int((writes + 1) * self.rng.random() ** (3 if verb == "count" else 2))
        out, seen, status = killed_at(self.homes[user], ["election", verb, self.office.id, *args, "--json"], at)
        self.writes.setdefault(verb, seen)
        assert status in (0, -signal.SIGKILL), (args, status, self.homes[user].err)
        assert status or out.strip(), args
        if status:
            self.kills += 1
            self.said += bool(out.strip())
        return out.strip()

    def records(self, user="clerk"):
        return Records(self.office, self.homes[user])

    def same_everywhere(self):
        """After a sync the server has what each home has: the other one gets just that."""
        for user in ("clerk", "clerk2", "clerk"):
            self.homes[user].run("sync")
        here, there = self.records("clerk"), self.records("clerk2")
        assert sorted(here.lines) == sorted(there.lines), "the server has other records"
        self.last = {"clerk": here, "clerk2": there}

    def one(self, user, kind, data, verb, *args):
        """One record: whole or not at all; there when it was said; recorded again when not. Its hash."""
        said = self.run(user, verb, *args)
        before, after = self.last[user], self.records(user)
        new = set(after.find(kind)) - set(before.find(kind))
        assert set(before.lines) <= set(after.lines) and len(new) <= 1, "records were lost or doubled"
        assert new == set(after.find(kind, **data)), (args, data, [after.lines[h] for h in new])
        assert new or not said, f"said and lost: {said}"
        self.stood += bool(new)
        if not new:
            self.homes[user].run("election", verb, self.office.id, *args)
            after = self.records(user)
            assert len(after.find(kind)) == len(before.find(kind)) + 1, "recorded again, not once"
        self.last[user] = after
        found = after.find(kind, **data)
        assert len(found) == 1, (args, found)
        return found[0]

    def counted(self, home):
        """The records of a count come one by one in the order of the sheet; what was typed stays until the last
        one stands, and goes as a whole. Their number, and whether something typed is there."""
        records = Records(self.office, home)
        rows = [records.find("step", step="S22-1")] + [records.find("step", step="S22", subject=p) for p in COUNTED]
        assert max(len(row) for row in rows) <= 1, "a record twice"
        assert all(row or not after for row, after in zip(rows, rows[1:])), "not in order"
        for at, own in enumerate(h for row in rows for h in row):
            counts = records.lines[own][0]["data"]["counts"]
            want = {f"{post}_votes": figure(COUNTED[at - 1], post) for post in POSTS} if at else FIGURES
            assert {k: counts.get(k) for k in want} == want, (counts, want)
        made = sum(len(row) for row in rows)
        typed = [row[who] is not None for row in home.json("election", "count", self.office.id)
                 for who in ("first", "second")]
        assert all(typed) or (made == len(rows) and not any(typed)), f"{made} records, {typed.count(True)} figures left"
        return made, any(typed)

    def count(self, sheet):
        """Killed until it is through; before that, at points spread evenly, on copies without a server."""
        home = self.homes["clerk"]
        home.run("election", "count", self.office.id, "--write-in", "何平")
        for entry in ("1", "2"):
            home.run("election", "count", self.office.id, "--sheet", sheet, "--entry", entry)
        self.office.server.end()
        for part in range("alone" in self.writes, COPIES + 1):
            twin = copy.copy(home)
            twin.dir = self.office.scratch.path(f"copy{part}")
            shutil.copytree(home.dir, twin.dir)
            self.count_of(twin, part)
        self.office.server.start()
        stood, typed = 0, True
        while typed:
            said = self.run("clerk", "count", "--record", "--papers")
            made, typed = self.counted(home)
            assert made >= stood and (not said or json.loads(said)["written"] == made - stood), (said, stood, made)
            assert not said or not typed, said
            stood = made
        self.same_everywhere()

    def count_of(self, twin, part):
        """The part-th of COPIES; 0 is left alone and counted."""
        args = ["election", "count", self.office.id, "--record", "--papers"]
        at = part and 1 + int(self.writes["alone"] * (part - self.rng.random()) / COPIES)
        said, seen, status = killed_at(twin, args, at)
        assert status == 0 or (at and status == -signal.SIGKILL), (status, twin.err)
        self.writes.setdefault("alone", seen)
        self.kills += status != 0
        made, typed = self.counted(twin)
        assert not said or not typed, said
        self.parts.add(made)
        if typed:
            said = twin.json(*args)
            assert said["written"] == 1 + len(COUNTED) - made, (said, made)
            made, typed = self.counted(twin)
        assert (made, typed) == (1 + len(COUNTED), False)


def figure(person, post):
    """The votes of the example."""
    return 10 + 7 * (int(person) if person.isdigit() else 0) + POSTS.index(post)


def one_election(recorder, scratch):
    """Candidates, corrections and second signatures, then the count, each by commands that are killed."""
    recorder.office = office = Office(scratch, "2026-06-18")
    recorder.homes = office.homes
    sheet = scratch.path("sheet")
    with open(sheet, "w", encoding="utf-8") as out:
        for key, value in FIGURES.items():
            out.write(f"{key} {value}\n")
        for person in COUNTED:
            for post in POSTS:
                out.write(f"{person}/{post} {figure(person, post)}\n")
    office.open("--kind", "village", "--polling-day", "2026-07-30", "--seats", "5", "place=桥头村")
    office.step("S04", "method=candidates", "chair_seats=1", "deputy_seats=1", "member_seats=3", "entitled=48",
                "present=44", "agreed=42", "minutes=paper", "signin=paper", "photo=paper")
    recorder.same_everywhere()
    for n in range(1, PEOPLE + 1):
        name = f"候选人{n}"
        own = recorder.one("clerk", "step", {"step": "S10", "subject": str(n), "name": name, "verdict": "pass"},
                           "step", "S10", "--subject", str(n), f"name={name}", "post=chair", "nominated_by=party",
                           "woman=0", "verdict=pass", "bar=none", "form=paper")
        if n % 2 == 0:
            own = recorder.one("clerk", "correct", {"target": own, "name": f"{name}甲", "woman": 1},
                               "correct", own, f"name={name}甲", "woman=1", "--reason", "笔误")
        recorder.same_everywhere()
        recorder.one("clerk2", "cosign", {"target": own}, "cosign", own)
    recorder.count(sheet)
    for home in office.homes.values():
        assert home.json("status")["unsent"] == 0
        numbers = sorted(e["n"] for e in home.json("journal", "list"))
        assert numbers == list(range(1, len(numbers) + 1)), "the journal's chain has holes"


def election_kills(scratch):
    """An own server for each election: a device may not ask for a session more often than it does here."""
    recorder = Recorder(random.Random(SEED))
    rounds = 0
    while recorder.kills < ELECTION_KILLS:
        rounds += 1
        place = keep(scratch, Scratch())
        place.closing = scratch.closing
        one_election(recorder, place)
        recorder.office.server.end()
        place.end()
    print(f"     {recorder.kills} kills in {rounds} elections, {recorder.said} had said it; of single records "
          f"{recorder.stood} stood; of the {1 + len(COUNTED)} of a count {sorted(recorder.parts)}")


# ---- a large load
LOAD_KILLS = max(6, CYCLES // 5)
TABLES = ("alarm", "alarm_event", "grid", "worker", "resident", "resident_private", "dwelling", "household", "spell",
          "contact", "care_note", "device")


def mirror_of(home):
    """Every row of the mirror but what is this home's own business."""
    store = sqlite3.connect(f"file:{home.dir}/gridward.db?mode=ro", uri=True)
    try:
        rows = {}
        for table in TABLES:
            names = [f'"{c[1]}"' for c in store.execute(f"PRAGMA table_info({table})") if c[1] not in ("mark", "rev")]
            rows[table] = store.execute(f"SELECT {', '.join(names)} FROM {table} ORDER BY id").fetchall()
        jobs = store.execute("SELECT count(*) FROM job").fetchone()[0]
        assert store.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        return rows, jobs
    finally:
        store.close()


def load_kills(scratch):
    """Who is killed at any write of a first load, in the middle of a page too, ends with the mirror of one who was
    not."""
    rng = random.Random(SEED)
    server = keep(scratch, Server(scratch, residents=400)).start()
    env = {"GRIDWARD_SYNC_SLICE": "7"}
    whole = Home(scratch, server, user="duty-demo", name="whole", env=env)
    _, writes, status = killed_at(whole, ["sync", "--once"])
    assert status == 0, whole.err
    home = Home(scratch, server, user="duty-demo", name="killed", env=env)
    kills, parts = 0, set()
    for _ in range(LOAD_KILLS):
        _, _, status = killed_at(home, ["sync", "--once"], 1 + int(writes * rng.random() ** 2))
        assert status in (0, -signal.SIGKILL), home.err
        kills += status != 0
        parts.add(len(mirror_of(home)[0]["resident"]))
        if status == 0:
            home.run("sync", "--once")
    home.run("sync", "--once")
    (here, jobs), (there, _) = mirror_of(home), mirror_of(whole)
    assert jobs == 0 and sum(len(rows) for rows in here.values()) > 1000
    for table in TABLES:
        assert here[table] == there[table], f"{table} differs"
    print(f"     {kills} kills in a load of {writes} writes; residents there after them: {sorted(parts)}")


run_all([(f"{CYCLES} kills, seed {SEED}", kills),
         (f"{ELECTION_KILLS} kills in elections, seed {SEED}", election_kills),
         (f"{LOAD_KILLS} kills in a load, seed {SEED}", load_kills)])
