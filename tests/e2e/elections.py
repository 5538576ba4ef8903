#!/usr/bin/env python3
"""Elections and the other procedures by the command line on a real server: a whole village direct
election from its opening to verified evidence, a void poll, a tie with its rerun, an election that
breaks an article, and a procedure that is nothing but a template. The clock of every process is set
to the day that the line says, so that the figures are those of the example for ever."""
import calendar
import os
import shlex
import time

from kit import TOP, Home, Server, keep, run_all

EXAMPLE = os.path.join(TOP, "tests", "e2e", "elections_example")


def ms(day, clock="12:00"):
    return (calendar.timegm(time.strptime(f"{day} {clock}", "%Y-%m-%d %H:%M")) - 8 * 3600) * 1000


class Office:
    """Two clerks and their server, in time that is told."""

    def __init__(self, scratch, day):
        self.scratch = scratch
        self.server = keep(scratch, Server(scratch))
        self.homes = {}
        self.id = None
        self.now = None
        self.travel(day)
        for user in ("clerk", "clerk2"):
            self.homes[user] = Home(scratch, self.server, user + "-demo", user, self.clock())
            self.homes[user].run("sync")

    def clock(self):
        return {"GRIDWARD_FIXED_TIME": str(self.now)}

    def travel(self, day, clock="12:00"):
        """The same server on another day."""
        if ms(day, clock) == self.now:
            return
        self.now = ms(day, clock)
        self.server.end()
        self.server.env.update(self.clock())
        self.server.start()
        for home in self.homes.values():
            home.env.update(self.clock())

    def open(self, *args):
        entry = self.homes["clerk"].json("election" if args[0] == "--kind" else "procedure", "new", *args)
        self.id = entry["id"]
        return self.id

    def step(self, step, *args, user="clerk", status=0):
        home = self.homes[user]
        return home.run("procedure", "step", self.id, step, *args, status=status)

    def show(self, user="clerk"):
        return self.homes[user].json("procedure", "show", self.id)

    def findings(self, *kinds):
        return [f for f in self.show()["findings"] if not kinds or f["kind"] in kinds]

    def cosign_all(self, user="clerk2"):
        """Whatever waits for a second person."""
        home = self.homes[user]
        home.run("sync")
        for slot in self.show(user)["slots"]:
            if slot["state"] == "second":
                home.run("procedure", "cosign", self.id, slot["hash"])
        self.homes["clerk"].run("sync")

    def result(self, *args):
        return self.homes["clerk"].json("election", "result", self.id, *args)

    def export(self):
        path = self.scratch.path(f"{self.id[-6:]}.gwe")
        self.homes["clerk"].run("procedure", "export", self.id, "--out", path)
        return path

    def verify(self, path, status=0):
        return self.homes["clerk"].json("verify", path, status=status)


# ---- the example file
def lines(until=None):
    with open(EXAMPLE + ".txt", encoding="utf-8") as text:
        for line in text:
            words = shlex.split(line, comments=line.startswith("#"))
            if words:
                yield words
                if until and until in words:
                    return


def play(office, words, status=0):
    day, clock, user, verb, *args = words
    office.travel(day, clock)
    home = office.homes[user]
    if verb == "new":
        office.open(*args)
    elif verb == "cosign-all":
        office.cosign_all(user)
    else:
        files = {"FIRST": EXAMPLE + ".first", "SECOND": EXAMPLE + ".second"}
        args = [files.get(a, a) for a in args]
        return home.run("election", verb, office.id, *args, status=status)
    return ""


def told(findings):
    return [(f["kind"], f["step"], f["subject"], f["rule"], f["text"]) for f in findings]


def assert_only_waits(office):
    left = [f for f in office.findings() if f["kind"] != "waits"]
    assert not left, told(left)


def a_whole_village_election(scratch):
    office = Office(scratch, "2026-05-06")
    for words in lines():
        status = 0
        if words[4:] == ["--compare"]:
            status = 1
        out = play(office, words, status)
        if words[4:] == ["--compare"]:  # the one figure that the two read differently
            assert "6/member" in out and "655" in out and "665" in out and out.count("\n") == 1, out
            refused = office.homes["clerk"].run("election", "count", office.id, "--record", status=None)
            assert office.homes["clerk"].code not in (0, 2) and "1" in office.homes["clerk"].err, refused
        if words[3] == "result":
            the_result(office, out)
    assert_only_waits(office)
    seen = office.show()
    assert seen["state"] == "closed"
    path = office.export()
    report = office.verify(path)
    assert report["genuine"] and report["digest"] == seen["digest"], report
    assert {c["verdict"] for c in report["checks"]} <= {"ok", "noted"}, report
    import shutil; shutil.copy(path,"/tmp/tmpl/x.gwe")


def the_result(office, text):
    r = office.result()
    assert (r["validity"], r["elected"], r["women"], r["open"]) == ("valid", 5, 2, 0), r
    assert (r["need_voted"], r["need_votes"]) == (643, 587), r
    seats = [(s["post"], s["person"], s["name"], s["votes"], s["state"]) for s in r["seats"]]
    assert seats == [("chair", "1", "陈国强", 742, "elected"), ("deputy", "3", "王秀英", 689, "elected"),
                     ("member", "5", "周桂兰", 803, "elected"), ("member", "6", "李建华", 655, "elected"),
                     ("member", "7", "吴永福", 612, "elected")], seats
    assert all(s["why"] and s["law"] == "V26" and s["article"] == "18" for s in r["seats"]), r["seats"]
    assert "陈国强" in text and "587" in text and "第18条" in text, text


if __name__ == "__main__":
    run_all([("a whole village election", a_whole_village_election)])
