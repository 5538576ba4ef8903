#!/usr/bin/env python3
"""Attachments with a real server: kill -9 of the server and of the console's engine in the middle of an
upload, and it goes on where it stood; erasing; a backup; the record itself never waits."""
import glob
import hashlib
import os
import signal
import subprocess

from kit import GRIDWARD, Home, Server, keep, run_all, wait_for

SIZE = 24 * 1024 * 1024


def photo(scratch, name, size):
    path = scratch.path(name)
    with open(path, "wb") as out:
        out.write(b"\xff\xd8\xff\xe0" + os.urandom(size - 4))
    return path


def blob_dir(server):
    return server.store.removeprefix("sqlite:") + "-blobs"


def opened(home):
    out = home.json("election", "new", "--kind", "village", "--polling-day", "2030-03-20")
    return out["id"]


def part(server):
    parts = glob.glob(blob_dir(server) + "/*.part")
    return parts[0] if parts else None


def grown(server, least):
    def check():
        path = part(server)
        try:
            return path and os.stat(path).st_size >= least and path
        except FileNotFoundError:
            return None
    return check


def spawn(home, *args):
    return subprocess.Popen([GRIDWARD, "--home", home.dir, *args], env=home.env, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def states(home):
    return [b["state"] for b in home.json("blob", "list")]


def cut_and_resumed(scratch):
    server = keep(scratch, Server(scratch)).start()
    home = Home(scratch, server, user="clerk-demo")
    home.run("sync", "--once")
    process = opened(home)
    name = photo(scratch, "scan.jpg", SIZE)
    step = spawn(home, "election", "step", process, "S02", "--attach", "photo=" + name, "--json")
    path = wait_for("a part of it is there", grown(server, 1024 * 1024))
    server.kill(signal.SIGKILL)
    inode, held = os.stat(path).st_ino, os.stat(path).st_size
    assert held < SIZE, "too fast for this test: make SIZE larger"
    step.communicate(timeout=60)
    assert home.json("status")["unsent"] == 0, "the record waited for its attachment"
    os.unlink(name)  # the card is out of the reader
    server.start()
    follow = spawn(home, "sync", "--follow")
    wait_for("more of it is there", grown(server, held + 512 * 1024))
    follow.kill()
    follow.communicate()
    home.run("sync", "--once")
    assert states(home) == ["done"]
    whole = os.listdir(blob_dir(server))
    assert len(whole) == 1 and len(whole[0]) == 64, whole
    final = os.path.join(blob_dir(server), whole[0])
    assert os.stat(final).st_ino == inode, "it was begun anew"
    with open(final, "rb") as file:
        assert hashlib.sha256(file.read()).hexdigest() == whole[0]
    assert os.stat(final).st_mode & 0o777 == 0o600
    print(f"     killed at {held} of {SIZE} bytes, resumed to the end")


def erased_and_backed_up(scratch):
    server = keep(scratch, Server(scratch)).start()
    clerk = Home(scratch, server, user="clerk-demo")
    duty = Home(scratch, server, user="duty-demo", name="duty")
    clerk.run("sync", "--once")
    process = opened(clerk)
    done = clerk.json("election", "step", process, "S02", "--attach", photo(scratch, "a.jpg", 300000))
    show = clerk.json("election", "show", process)["attachments"]
    commit = show[0]["commit"]
    assert [(a["key"], a["state"]) for a in show] == [("report", "done")], show
    clerk.run("election", "attach", process, show[0]["record"], "photo=" + photo(scratch, "b.jpg", 1000),
              "--reason", "补照片")
    duty.run("sync", "--once")
    got = scratch.path("got.jpg")
    duty.run("blob", "get", commit, "--out", got)
    with open(got, "rb") as one, open(scratch.path("a.jpg"), "rb") as other:
        assert one.read() == other.read()
    server.admin("backup", scratch.path("copy.db"))
    assert len(os.listdir(scratch.path("copy.db") + "-blobs")) == 2
    clerk.run("election", "attach", process, show[0]["record"], "/no/such/file", "--reason", "x", status=1)
    server.admin("erase", "--step", f"{done['dev']}.{done['n']}", "--reason", "个人信息")
    assert len(os.listdir(blob_dir(server))) == 1
    for home in (clerk, duty):
        # the server looks each second for what an admin verb wrote; the copy goes with the next sync
        wait_for("the copy is erased", lambda: home.run("sync", "--once") and states(home)[0] == "erased")
        home.run("blob", "get", commit, "--out", scratch.path("x"), status=1)
        assert not glob.glob(f"{home.dir}/blobs/{commit}"), "a copy is left"
    gwe = scratch.path("x.gwe")
    clerk.run("election", "export", process, "--out", gwe)
    clerk.run("verify", gwe)


run_all([("an upload is cut by kill -9 and goes on", cut_and_resumed),
         ("erasing takes the bytes everywhere, the evidence stays", erased_and_backed_up)])
