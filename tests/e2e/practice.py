#!/usr/bin/env python3
"""Practice with real processes: no socket, refusals with their sentence, the marked paper, begun anew;
and a street's overview by the command line."""
import json
import os
import subprocess
import time

from kit import GRIDWARD, Console, Home, Server, environment, keep, run_all


class Practice:
    """A practice home and the command line in it."""

    def __init__(self, scratch):
        self.dir = scratch.path("practice")
        self.env = environment()
        assert json.loads(self.run("practice", "--json")) == {"home": self.dir, "practice": True}

    def run(self, *args, status=0):
        done = subprocess.run([GRIDWARD, "--home", self.dir, *args], capture_output=True, text=True,
                              env=self.env, timeout=120, stdin=subprocess.DEVNULL)
        assert done.returncode == status, f"{args}: {done.returncode} {done.stderr}"
        self.err = done.stderr
        return done.stdout

    def election(self):
        made = json.loads(self.run("election", "new", "--kind", "village", "--polling-day", "2030-06-30",
                                   "title=练习选举", "place=练习村", "--term", "第一届", "--seats", "3",
                                   "--json"))
        return made["id"]


def sockets_of(pid):
    links = []
    for name in os.listdir(f"/proc/{pid}/fd"):
        try:
            links.append(os.readlink(f"/proc/{pid}/fd/{name}"))
        except FileNotFoundError:  # closed meanwhile
            pass
    return [link for link in links if link.startswith("socket:")]


def no_socket(scratch):
    console = keep(scratch, Console(Practice(scratch)))
    console.wait("练习", "不发送、不作证据")
    for _ in range(20):
        assert sockets_of(console.pid) == []
        time.sleep(0.1)
    assert console.alive()


def refusals(scratch):
    home = Practice(scratch)
    it = home.election()
    for args in (("sync", "--once"), ("election", "export", it, "--out", scratch.path("a.gwe")),
                 ("election", "bundle", it, "--out", scratch.path("a.gwb")),
                 ("journal", "export", scratch.path("j")),
                 ("election", "petition", it, "--out", scratch.path("pack")),
                 ("enroll", "http://127.0.0.1:1", "AAAA-BBBB")):
        home.run(*args, status=1)
        assert "这是练习" in home.err, f"{args}: {home.err}"
    assert not [n for n in os.listdir(scratch.dir) if n in ("a.gwe", "a.gwb", "j")]


def begun_anew(scratch):
    home = Practice(scratch)
    home.election()
    assert len(json.loads(home.run("election", "list", "--json"))) == 1
    home.run("practice", "--json")
    assert len(json.loads(home.run("election", "list", "--json"))) == 1
    home.run("practice", "--reset", "--json")
    assert json.loads(home.run("election", "list", "--json")) == []


def marked_paper(scratch):
    home = Practice(scratch)
    it = home.election()
    assert "练习，不是真正的文书" in home.run("election", "print", it, "N01")
    home.run("election", "step", it, "S06", "published_on=2030-05-30", "posted_at=公告栏", "registered=50", "list=paper",
             "photo=paper")
    posted = home.run("election", "print", it, "N04")
    assert "名单（共50人）" in posted and "草稿" not in posted, posted


def a_real_home_is_refused(scratch):
    server = keep(scratch, Server(scratch)).start()
    home = Home(scratch, server, user="clerk-demo")
    home.run("practice", "--json", status=1)
    home.run("practice", "--reset", "--json", status=1)
    home.run("sync", "--once")


def overview(scratch):
    server = keep(scratch, Server(scratch)).start()
    home = Home(scratch, server, user="clerk-demo")
    home.run("sync", "--once")
    made = home.json("election", "new", "--kind", "village", "--polling-day", "2030-06-30", "title=换届",
                     "place=桥头村", "--term", "13", "--seats", "3")
    seen = home.json("election", "overview")
    row = [r for r in seen["rows"] if r["id"] == made["id"]][0]
    assert row["state"] == "open" and row["poll"] == "no_poll" and row["step"], row
    assert seen["totals"]["started"] == 1 and seen["totals"]["held"] == 0, seen
    assert home.json("election", "overview", "--by", "due")["totals"] == seen["totals"]
    assert home.json("election", "overview", "--scope", "CQ.500113")["totals"]["started"] == 0
    home.run("election", "overview", "--by", "rate", status=2)
    assert "一次性选举成功：0 / 0；未投票：" in home.run("election", "overview")


run_all([("no-socket", no_socket), ("refusals", refusals), ("begun-anew", begun_anew),
         ("marked-paper", marked_paper), ("real-home", a_real_home_is_refused), ("overview", overview)])
