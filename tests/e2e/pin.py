#!/usr/bin/env python3
"""Two clerks on one laptop: PIN, lock, the second person's key and what becomes of his signatures."""
import json
import os
import signal
import subprocess
import time

from kit import GRIDWARD, Console, Home, Server, environment, keep, run_all, wait_for


def pins(scratch, *lines, name="pins"):
    """The environment that answers the questions for PINs, one line each."""
    path = scratch.path(name)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write("".join(line + "\n" for line in lines))
    return {"GRIDWARD_PIN_FILE": path}


def with_pins(home, scratch, lines, *args, status=0):
    before = home.env
    home.env = dict(before, **pins(scratch, *lines))
    try:
        return home.run(*args, status=status)
    finally:
        home.env = before


def two_clerks(scratch):
    """A server, the first clerk's laptop where the second one can sign too, and the second's own."""
    server = keep(scratch, Server(scratch)).start()
    home = Home(scratch, server, "clerk-demo")
    home.run("sync")
    code = server.enrol_code("clerk2-demo")
    made = json.loads(with_pins(home, scratch, ["4321"], "enroll", server.url, code, "--second", "--json"))
    assert made["user"] == "clerk2-demo", made
    other = Home(scratch, server, "clerk2-demo", "other")
    other.run("sync")
    return server, home, other


def slot(home, election, step):
    return next(s for s in home.json("election", "show", election)["slots"] if s["step"] == step)


def second_signature(scratch):
    server, home, other = two_clerks(scratch)
    key = os.path.join(home.dir, "second-clerk2-demo.key")
    assert os.stat(key).st_mode & 0o777 == 0o600
    election = home.json("election", "new", "--kind", "village", "--polling-day", "2031-06-14")["id"]
    home.json("election", "step", election, "S22", "--subject", "7", "chair_votes=120")
    row = slot(home, election, "S22")
    assert row["state"] == "second", row  # two persons are asked
    record = row["hash"]

    with_pins(home, scratch, ["9999"], "election", "cosign", election, record, "--as", "clerk2-demo", status=3)
    time.sleep(1.1)  # the wait after a wrong PIN
    home.run("election", "cosign", election, record, "--as", "nobody", status=1)
    home.run("election", "cosign", election, record, "--as", "clerk2-demo", status=3)  # no terminal, no file
    server.kill(signal.SIGTERM)
    entry = json.loads(with_pins(home, scratch, ["4321"], "election", "cosign", election, record, "--as",
                                 "clerk2-demo", "--json"))
    assert entry["n"] == 1 and entry["kind"] == "process.cosign" and entry["state"] in ("pending", "sent"), entry
    home.run("leave", status=1)
    assert os.path.exists(key)
    server.start()
    home.run("sync")
    listed = home.json("journal", "list")
    assert all(e["state"] == "applied" for e in listed), listed
    assert {e["dev"] for e in listed} == {entry["dev"], listed[-1]["dev"]} and entry["dev"] != listed[-1]["dev"]
    other.run("sync")
    assert slot(other, election, "S22")["state"] == "done", slot(other, election, "S22")

    report = home.json("doctor", status=None)
    signers = next(c for c in report["checks"] if c["check"] == "signers")
    assert signers["result"] == "ok" and "clerk2-demo" in signers["detail"], signers
    home.run("leave")
    assert not [name for name in os.listdir(home.dir) if name.endswith(".key")], os.listdir(home.dir)


def signed_on_paper(scratch):
    """A second person without a key: recorded, told everywhere as what it is, and a key takes its place."""
    server, home, other = two_clerks(scratch)
    election = home.json("election", "new", "--kind", "village", "--polling-day", "2031-06-14")["id"]
    home.json("election", "step", election, "S22", "--subject", "7", "name=何平", "chair_votes=120")
    record = slot(home, election, "S22")["hash"]
    steps = home.json("election", "steps", election)
    spec = next(s for s in steps if s["step"] == "S22")
    assert spec["materials"][-1]["key"] == "second_paper", spec
    assert not [m for m in next(s for s in steps if s["step"] == "S06")["materials"] if m["key"] == "second_paper"]
    page = scratch.path("page.jpg")
    with open(page, "wb") as out:
        out.write(b"\xff\xd8\xff\xe0" + os.urandom(2000))
    correction = home.json("election", "correct", election, record[:8], "second_name=张三", "--attach",
                           "second_paper=" + page, "--reason", "本人没有密钥")
    body = json.loads(home.json("journal", "show", str(correction["n"]))["body"])
    assert "张三" not in json.dumps(body, ensure_ascii=False) and body["priv"], body
    assert body["data"]["materials"]["second_paper"] == body["blobs"][0]["commit"], body
    row = slot(home, election, "S22")
    assert row["state"] == "paper" and row["values"]["second_name"] == "张三", row
    said = [f for f in home.json("election", "show", election)["findings"] if f["kind"] == "paper"]
    assert len(said) == 1 and "未经密钥核验" in said[0]["text"], said
    assert "纸上签名" in home.run("election", "show", election)
    path = scratch.path("x.gwe")
    home.run("election", "export", election, "--out", path)
    persons = home.json("verify", path)["checks"][13]
    assert persons["verdict"] == "noted", persons
    assert "纸上签名" in home.run("verify", path)
    pack = scratch.path("pack")
    home.run("election", "petition", election, "--out", pack)
    assert "纸上签名（未经密钥核验）" in open(os.path.join(pack, "02-数字.txt"), encoding="utf-8").read()
    everything = "".join(open(os.path.join(pack, name), encoding="utf-8").read() for name in os.listdir(pack))
    assert "张三" not in everything  # the name is private
    home.run("sync")
    other.run("sync")
    assert slot(other, election, "S22")["state"] == "paper"
    for one in (record, slot(other, election, "S22")["corrections"][0]):
        other.run("election", "cosign", election, one)
    assert slot(other, election, "S22")["state"] == "done"
    assert not [f for f in other.json("election", "show", election)["findings"] if f["kind"] == "paper"]


def server_restored(scratch):
    """What the second person signed is there again after the server lost it, under his own key."""
    server, home, other = two_clerks(scratch)
    election = home.json("election", "new", "--kind", "village", "--polling-day", "2031-06-14")["id"]
    home.json("election", "step", election, "S22", "--subject", "7", "chair_votes=120")
    backup = scratch.path("backup")
    server.admin("backup", backup)
    row = slot(home, election, "S22")
    record = row["hash"]
    entry = json.loads(with_pins(home, scratch, ["4321"], "election", "cosign", election, record, "--as",
                                 "clerk2-demo", "--json"))
    assert entry["state"] == "applied", entry
    server.kill(signal.SIGTERM)
    server.admin("restore", backup)
    server.start()
    home.run("sync", status=None)
    home.run("sync")
    assert {e["state"] for e in home.json("journal", "list")} == {"applied"}
    other.run("sync", status=None)
    other.run("sync")
    assert slot(other, election, "S22")["state"] == "done"


def locked(scratch):
    server = keep(scratch, Server(scratch)).start()
    home = Home(scratch, server, "worker-demo")
    alarm = server.ingest(device=server.serial("smoke"), kind="smoke", state="raise")["alarm"]
    home.run("sync")
    home.run("lock", status=1)  # nobody could open it again
    assert json.loads(with_pins(home, scratch, ["2580"], "pin", "set", "--json"))["set"] is True
    home.run("lock")
    for verb in (["alarm", "list"], ["alarm", "show", alarm], ["resident", "find", "陈"], ["journal", "list"],
                 ["alarm", "close", alarm, "--outcome", "test"], ["leave"], ["election", "list"]):
        out = home.run(*verb, status=3)
        assert out == "" and "unlock" in home.err, (verb, out, home.err)
    entry = home.json("alarm", "ack", alarm)  # the device key needs no PIN
    assert entry["state"] == "applied", entry
    home.run("sync")
    home.json("status")
    with_pins(home, scratch, ["1111"], "unlock", status=3)
    with_pins(home, scratch, ["2580"], "unlock", status=3)  # right, but too early
    assert "1 s" in home.err or "1 秒" in home.err, home.err
    time.sleep(1.1)
    with_pins(home, scratch, ["2580"], "unlock")
    home.run("alarm", "list")
    with_pins(home, scratch, ["2580", "13579"], "pin", "set")
    path = pins(scratch, "13579")["GRIDWARD_PIN_FILE"]
    os.chmod(path, 0o644)
    home.env = dict(home.env, GRIDWARD_PIN_FILE=path)
    home.run("unlock", status=3)
    assert "chmod 600" in home.err, home.err
    del home.env["GRIDWARD_PIN_FILE"]
    home.run("lock")
    # forgotten: a new code of the duty room takes PIN and lock away, and nothing is lost
    home.run("enroll", server.url, server.enrol_code("worker-demo"), "--again")
    home.run("alarm", "list")
    assert len(home.json("journal", "list")) == 1


def console_lock(scratch):
    """The console in a real terminal: locked by the command, opened by the PIN, what was typed is there."""
    server = keep(scratch, Server(scratch)).start()
    home = Home(scratch, server, "worker-demo")
    server.ingest(device=server.serial("smoke"), kind="smoke", state="raise")
    home.run("sync")
    console = Console(home)
    scratch.closing.append(console)
    console.wait("烟感")
    console.press("Enter")
    console.wait("操作|F3")
    console.press("n")
    console.type("have seen smoke")
    console.wait("have seen smoke")
    with_pins(home, scratch, ["2580"], "pin", "set")
    home.run("lock")
    seen = console.wait("已锁定", "烟感")
    assert "have seen smoke" not in seen, seen
    console.press("2", "5", "8", "0", "Enter")
    console.wait("have seen smoke")


def asked_on_the_terminal(scratch):
    """Twice, without echo; not the same: nothing is changed."""
    server = keep(scratch, Server(scratch)).start()
    home = Home(scratch, server, "clerk-demo")
    shell = Shell(home)
    scratch.closing.append(shell)
    for first, second, words in (("2580", "2581", "not the same"), ("2580", "2580", "The PIN is set")):
        shell.type(f"{GRIDWARD} --home {home.dir} --lang en pin set\n")
        shell.wait("New PIN:")
        shell.type(first + "\n")
        shell.wait("New PIN again:")
        shell.type(second + "\n")
        seen = shell.wait(words)
        assert "2580" not in seen and "2581" not in seen, seen
        shell.type("clear\n")
        wait_for("a clear screen", lambda: "PIN" not in shell.screen())
    with_pins(home, scratch, ["2580"], "unlock")


class Shell(Console):
    """A shell in a terminal of its own."""

    def __init__(self, home):
        Console.count += 1
        self.home = home
        self.presses = 0
        self.sock = f"gridward-e2e-{os.getpid()}-{Console.count}"
        pairs = [f"{k}={v}" for k, v in home.env.items()]
        self.tmux("-f", "/dev/null", "new-session", "-d", "-s", "c", "-x", "200", "-y", "24", "env", "-i", *pairs,
                  "sh")

    def type(self, text):
        for line in text.splitlines():
            self.tmux("send-keys", "-t", "c", "-l", line)
            self.tmux("send-keys", "-t", "c", "Enter")


def killed_while_changing(scratch):
    """kill -9 at any moment of a change leaves exactly one of both PINs good: of the first person, and of
    the second one's key."""
    server, home, _ = two_clerks(scratch)
    with_pins(home, scratch, ["1000"], "pin", "set")
    first, second = "1000", "4321"
    moved = 0
    for cycle in range(8):
        as_second = cycle % 2 == 1
        old = second if as_second else first
        new = str(2000 + cycle)
        args = [GRIDWARD, "--home", home.dir, "pin", "set"] + (["--as", "clerk2-demo"] if as_second else [])
        proc = subprocess.Popen(args, env=dict(home.env, **pins(scratch, old, new, name="kill")),
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.05 + 0.1 * cycle)
        proc.kill()
        proc.wait()
        good = []
        for pin in (new, old):
            # opens and closes it without changing it: set to itself
            tries = ["pin", "set"] + (["--as", "clerk2-demo"] if as_second else [])

            def heard():
                with_pins(home, scratch, [pin, pin], *tries, status=None)
                return home.code == 0 or "不对" in home.err

            wait_for("a try is heard", heard)
            if home.code == 0:
                good.append(pin)
        assert len(good) == 1, (cycle, good, home.err)
        moved += good[0] == new
        if as_second:
            second = good[0]
        else:
            first = good[0]
    print(f"     8 kills, {moved} times the new PIN stood already")
    with_pins(home, scratch, [first], "unlock")


if __name__ == "__main__":
    run_all([(name.__name__.replace("_", " "), name) for name in (
        signed_on_paper, second_signature, server_restored, locked, console_lock, asked_on_the_terminal, killed_while_changing)])
