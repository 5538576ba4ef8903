#!/usr/bin/env python3
"""Elections and the other procedures by the command line on a real server: a whole village direct
election from its opening to verified evidence, a void poll, a tie with its rerun, an election that
breaks an article, and a procedure that is nothing but a template. The clock of every process is set
to the day that the line says, so that the figures are those of the example for ever."""
import calendar
import json
import os
import re
import shlex
import shutil
import subprocess
import time

import kit
from kit import TOP, Home, Server, keep, run_all

EXAMPLE = os.path.join(TOP, "tests", "e2e", "elections_example")


def ms(day, clock="12:00"):
    return (calendar.timegm(time.strptime(f"{day} {clock}", "%Y-%m-%d %H:%M")) - 8 * 3600) * 1000


class Office:
    """Two clerks and their server, in time that is told."""

    def __init__(self, scratch, day, rules=None):
        self.scratch = scratch
        self.server = keep(scratch, Server(scratch))
        self.server.rules = rules or self.server.rules
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
            assert out.splitlines() == answered("elections.zh-CN.md", "gridward election count ID --compare"), out
            refused = office.homes["clerk"].run("election", "count", office.id, "--record", status=None)
            assert office.homes["clerk"].code not in (0, 2) and "1" in office.homes["clerk"].err, refused
        if words[3] == "result":
            the_result(office, out)
    assert_only_waits(office)
    seen = office.show()
    assert seen["state"] == "closed"
    the_offices(office)
    path = office.export()
    report = office.verify(path)
    assert report["genuine"] and report["digest"] == seen["digest"], report
    assert {c["verdict"] for c in report["checks"]} <= {"ok", "noted"}, report
    names_are_private(path)


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
    shown = [row for row in answered("elections.zh-CN.md", "gridward election result ID") if row != "…"]
    assert len(shown) > 8 and not [row for row in shown if row not in text.splitlines()], (shown, text)


def the_offices(office):
    """Published is filed (及时归集入库): the elected and the supervisors, with their terms."""
    home = office.homes["clerk"]
    rows = home.json("office", "list")
    held = [(o["organ"], o["post"], o["name"], o["since"], o["until"], o["state"]) for o in rows]
    elected, watch, reps = (("2026-06-18", "2031-06-18", "held"), ("2026-06-26", "2031-06-26", "held"),
                            ("2026-05-29", "2031-05-29", "held"))
    assert held == [("committee", "chair", "陈国强", *elected), ("committee", "deputy", "王秀英", *elected),
                    ("committee", "member", "吴永福", *elected), ("committee", "member", "周桂兰", *elected),
                    ("committee", "member", "李建华", *elected), ("supervision", "member", "田家富", *watch),
                    ("supervision", "member", "秦小兰", *watch), ("supervision", "member", "覃芳", *watch),
                    *(("representatives", "representative", n, *reps) for n in ("余刚", "邓兰", "黄志")),
                    ("group", "leader", "黄志", *reps)], held
    records = {s["hash"] for s in office.show()["slots"]}
    assert all(o["process"] == office.id and o["record"] in records for o in rows), rows
    assert {o["name"] for o in rows if o["also"]} == {"黄志"}, rows  # leader and representative of his group
    for lang, page in (("zh_CN", "elections.zh-CN.md"), ("en", "elections.md")):
        shown = home.run("--lang", lang, "office", "list", "--scope", "CQ.500112.013.005").splitlines()
        told = answered(page, "gridward office list --scope CQ.500112.013.005")
        assert len(told) > 3 and all(row == "…" or row in shown for row in told), (told, "\n".join(shown))
    assert [r for r in home.run("office", "list", "--csv").splitlines() if "陈国强" in r and "2031-06-18" in r]
    assert home.run("office", "list", "--scope", "CQ.500113", status=1) == ""


def what_ends_an_office(scratch):
    """A resignation, a by-election, the Party organisation beside it, a second election: each by its own records."""
    office = Office(scratch, "2026-05-06")
    for words in lines():
        play(office, words, 1 if words[4:] == ["--compare"] else 0)
    home = office.homes["clerk"]

    def held(*args):
        return {(o["organ"], o["name"]): o for o in home.json("office", "list", *args)}

    def other(day, template, *args):
        office.travel(day)
        office.open("--template", template, "--day", day, "--division", "CQ.500112.013.005", "place=桥头村", *args)

    other("2026-07-20", "party-members", "title=桥头村党总支", "elected_on=2026-07-20", "whole=是")
    office.step("P01", "--subject", "1", "name=陈国强", "post=secretary", "elected_on=2026-07-20")
    office.step("P01", "--subject", "2", "name=王秀英", "post=member", "elected_on=2026-07-20")
    office.step("P01", "--subject", "3", "name=龙胜", "post=deputy_secretary", "elected_on=2026-07-20")
    rows = held()
    assert rows["party", "陈国强"]["leads_both"] and rows["committee", "陈国强"]["leads_both"], rows
    assert rows["committee", "王秀英"]["also"] == ["party"] and rows["party", "王秀英"]["by_name"], rows
    assert "交叉任职" in rows["committee", "王秀英"]["mark"] and not rows["party", "龙胜"]["also"], rows
    assert rows["party", "龙胜"]["until"] == "2031-07-20", rows
    other("2027-01-10", "resignation", "title=王秀英辞职", "villagers_meeting=否")
    office.step("D01", "name=王秀英", "post=deputy", "received_on=2027-01-02", "reason_text=外出", "form=paper",
                "--happened", "2027-01-02 09:00", "--reason", "事后录入")
    office.step("D02", "entitled=48", "present=40", "signin=paper")
    office.step("D03", "passed=否", "present=40", "agreed=10", "against=30", "abstained=0", "minutes=paper", "tally=paper")
    office.cosign_all()
    assert held()["committee", "王秀英"]["state"] == "held"
    hash_ = [s["hash"] for s in office.show()["slots"] if s["step"] == "D03"][0]
    home.run("procedure", "correct", office.id, hash_, "passed=是", "agreed=30", "against=10", "--reason", "两栏填反")
    office.homes["clerk2"].run("sync")
    for slot in office.show("clerk2")["slots"]:
        for corrected in slot["corrections"]:  # what two have signed, nobody changes alone
            office.homes["clerk2"].run("procedure", "cosign", office.id, corrected)
    home.run("sync")
    office.step("D04", "published_on=2027-01-10", "posted_at=公告栏", "effective_on=2027-01-10", "photo=paper")
    rows = held("--all")
    gone = rows["committee", "王秀英"]
    assert (gone["state"], gone["ended"], gone["cause"]) == ("ended", "2027-01-10", "resigned"), gone
    assert rows["party", "王秀英"]["also"] == [] and ("committee", "王秀英") not in held(), rows
    assert held("--on", "2027-01-09")["committee", "王秀英"]["state"] == "held"
    # the other clerk's laptop files the same without being told
    office.homes["clerk2"].run("sync")
    assert office.homes["clerk2"].json("office", "list", "--all") == home.json("office", "list", "--all")


def names_are_private(path):
    """Names stand only in private parts: whoever erases these has erased them."""
    names = ("陈国强", "王秀英", "何平", "邓兰", "蒲玉梅", "杨光明", "冉从文")
    found = set()
    with open(path, encoding="utf-8") as text:
        for line in text:
            record = json.loads(line)
            step = record.get("step")
            if step:
                public, private = step["line"]["body"], json.dumps(step, ensure_ascii=False)
                assert not [n for n in names if n in public], public
                found |= {n for n in names if n in private}
    assert found == set(names), found


# ---- other polls of the same village
def change(words, **values):
    """The line with other values for these fields."""
    return [f"{w.partition('=')[0]}={values[w.partition('=')[0]]}"
            if w.partition("=")[0] in values and "=" in w else w for w in words]


def play_until(office, last, edit=lambda words: words):
    """The example up to the first line with that word; edit gives another line, or None."""
    for words in lines(until=last):
        words = edit(words)
        if words:
            play(office, words)


def write_sheet(office, name, **values):
    """The first person's sheet with other figures."""
    path = office.scratch.path(name)
    with open(EXAMPLE + ".first", encoding="utf-8") as text, open(path, "w", encoding="utf-8") as out:
        for line in text:
            key = line.split()[0]
            out.write(f"{key} {values.get(key.replace('/', '_'), line.split()[1])}\n" if key != "#" else "")
    return path


def count(office, sheet):
    home = office.homes["clerk"]
    assert home.run("election", "count", office.id, "--write-in", "何平") == "w1\n"
    for entry in ("1", "2"):
        home.run("election", "count", office.id, "--sheet", sheet, "--entry", entry)
    home.run("election", "count", office.id, "--compare")
    home.run("election", "count", office.id, "--record", "--papers")
    home.run("election", "count", office.id, "--record", status=1)  # nothing is left to record
    assert "还没有数字" in home.err, home.err
    office.cosign_all()


def a_void_poll_and_its_repetition(scratch):
    """642 of 1285 are not more than half: the papers stay unread."""
    office = Office(scratch, "2026-05-06")

    def few(words):
        if "S19" in words:
            return change(words, received=1300, issued=642, own=637, unissued=658, spoiled=0, scribe=3) \
                if "村委会/选票" in words else None
        if "S20" in words:
            return change(words, recovered=640, not_returned=2) if "村委会/选票" in words else None
        return change(words, voted=642, issued=642, recovered=640) if "S21" in words else words

    play_until(office, "S21", few)
    r = office.result()
    assert r["validity"] == "void" and r["need_voted"] == 643 and not r["seats"], r
    assert any("643" in reason and "第18条" in reason for reason in r["reasons"]), r["reasons"]
    told_of = [f for f in office.findings("breach") if f["rule"] == "S21.turnout"]
    assert told_of and (told_of[0]["law"], told_of[0]["article"]) == ("V26", "18"), told_of
    office.step("S21-1", "document=桥头镇人民政府 桥头镇选〔2026〕5号 2026-06-18", "new_day=2026-07-18",
                "starts_from=list", "sealed_by=罗大全、文静", "decision=paper")
    refused = office.step("S23", "published_on=2026-06-18", "elected=5", "women=2", "open=0",
                          "report=paper", "photo=paper", status=None)
    assert office.homes["clerk"].code == 1, (office.homes["clerk"].code, refused)  # never issued of a void poll
    assert not [s for s in office.show()["slots"] if s["step"] == "S23" and s["hash"]]
    office.homes["clerk"].run("election", "close", office.id, "void")
    void = office.id
    assert office.verify(office.export())["genuine"]
    again = office.open("--kind", "village", "--polling-day", "2026-07-18", "--seats", "5", "place=桥头村",
                        f"repeats={void}")
    opening = [f for f in office.show()["findings"] if f["kind"] == "breach"]
    assert again != void and not opening, opening


def a_tie_and_its_rerun(scratch):
    """7 and 8 have equal votes at the last seat: a rerun between the two decides. (Here 8 is no near kin of
    the chair: as such he could not win.)"""
    office = Office(scratch, "2026-05-06")
    play_until(office, "S21", lambda words: None if "S10-1" in words else words)
    count(office, write_sheet(office, "tie", **{"7_member": 601, "8_member": 601}))
    r = office.result()
    tied = [s for s in r["seats"] if s["state"] == "tie"]
    assert len(tied) == 1 and r["elected"] == 4 and r["open"] == 1 and r["rerun_needed"], r
    assert sorted(r["rerun_people"]) == ["7", "8"], r
    for n, post, woman, votes, name in ((1, "chair", 0, 742, "陈国强"), (3, "deputy", 1, 689, "王秀英"),
                                        (5, "member", 1, 803, "周桂兰"), (6, "member", 0, 655, "李建华")):
        office.step("S23-1", "--subject", str(n), f"name={name}", f"post={post}", f"woman={woman}", f"votes={votes}")
    office.step("S23", "published_on=2026-06-18", "elected=4", "women=2", "open=1", "report=paper", "photo=paper")
    office.travel("2026-06-28")
    office.step("S24-1", "--subject", "7", "name=吴永福", "woman=0", "chair_votes=0", "deputy_votes=0",
                "member_votes=455", "tally=paper")
    office.step("S24-1", "--subject", "8", "name=陈国林", "woman=0", "chair_votes=0", "deputy_votes=0",
                "member_votes=471", "tally=paper")
    office.step("S24-2", "--subject", "8", "name=陈国林", "post=member", "woman=0", "votes=471")
    office.step("S24", "published_on=2026-06-28", "seats=1", "chair_seats=0", "deputy_seats=0", "member_seats=1",
                "candidates=2", "voted=951", "cast=944", "elected=1", "tally=paper", "report=paper", "photo=paper")
    office.cosign_all()
    r = office.result("--rerun")
    assert [(s["person"], s["state"], s["votes"], s["need"]) for s in r["seats"]] == \
        [("8", "elected", 471, 315)], r
    # bribery found afterwards: the seat is vacant, nobody moves up
    office.step("S23-2", "--subject", "1", "finding=void", "ground=bribery", "found_on=2026-06-28", "by_government=1",
                "document=桥头镇人民政府 桥头镇选〔2026〕9号 2026-06-28", "decision=paper")
    r = office.result()
    chair = r["seats"][0]
    assert (chair["state"], chair["person"], chair["law"], chair["article"]) == ("open", "1", "V26", "21"), r
    assert r["elected"] == 3 and r["open"] == 2 and "1" not in r["rerun_people"], r
    assert not office.findings("breach", "missing"), told(office.findings("breach", "missing"))


def a_list_published_too_late(scratch):
    """19 days before the poll: recorded as it was, and marked for ever."""
    office = Office(scratch, "2026-05-06")
    play_until(office, "S05-1")
    office.travel("2026-05-30")
    office.step("S06", "published_on=2026-05-30", "posted_at=村委会公告栏", "registered=1286", "list=paper",
                "photo=paper")
    broken = office.findings("breach")
    assert [(f["rule"], f["law"], f["article"], f["have"], f["want"]) for f in broken] == \
        [("S06.lead", "V26", "17", 19, 20)], told(broken)
    sentence = broken[0]["text"]
    assert "不合规" in sentence and "第17条" in sentence and "补救" in sentence, sentence
    assert "第17条" in office.homes["clerk"].run("election", "show", office.id)
    path = office.export()
    report = office.verify(path)
    noted = [c for c in report["checks"] if c["verdict"] == "noted" and "第17条" in (c["text"] or "")]
    assert report["genuine"] and noted and "不合规" in noted[0]["text"], report["checks"]
    assert "第17条" in office.homes["clerk"].run("verify", path)
    # a correction of what was typed wrong mends the judgement, and the first entry stays to be read
    slot = next(s for s in office.show()["slots"] if s["step"] == "S06")
    office.homes["clerk"].run("election", "correct", office.id, slot["hash"], "published_on=2026-05-29", "--reason",
                              "照片上的日期是5月29日")
    assert not office.findings("breach"), told(office.findings("breach"))
    with open(path, "rb") as text:
        whole = text.read()
    forged = scratch.path("forged.gwe")
    with open(forged, "wb") as out:
        out.write(whole.replace(b"2026-05-30", b"2026-05-29"))
    assert not office.verify(forged, status=1)["genuine"]


def a_number_that_the_district_confirms(scratch):
    """Candidates five days before, by a document: from then on four are against it, by that document."""
    office = Office(scratch, "2026-05-06")
    auditor = Home(scratch, office.server, "auditor-demo", "auditor", office.clock())
    auditor.run("sync")
    office.homes["auditor"] = auditor
    play_until(office, "S11")
    office.travel("2026-06-14")
    office.step("S13", "published_on=2026-06-14", "candidates=8", "chair_candidates=2", "deputy_candidates=2",
                "member_candidates=4", "women=2", "photo=paper")
    assert "S13.lead" in [f["rule"] for f in office.findings("waits")]
    assert not office.findings("breach")
    auditor.run("rules", "confirm", "cq-village", "candidates_lead", "5", "--document", "区民政〔2026〕3号",
                "--article", "2")
    office.homes["clerk"].run("sync")
    broken = [f for f in office.findings("breach") if f["rule"] == "S13.lead"]
    assert broken and "区民政〔2026〕3号" in broken[0]["text"] and broken[0]["want"] == 5, told(office.findings())
    assert "S13.lead" not in [f["rule"] for f in office.findings("waits")]


def a_procedure_that_is_no_code(scratch):
    """四议两公开 knows no line of C: its template alone makes it run."""
    for folder in ("model", "rules", "offline-db", "cli", "tui", "dispatchd", "api", "sync"):
        for name in os.listdir(os.path.join(TOP, folder)):
            if name.endswith(".c"):
                with open(os.path.join(TOP, folder, name), encoding="utf-8") as text:
                    assert "four" + "-two" not in text.read(), name
    office = Office(scratch, "2026-06-01")
    office.open("--template", "four-two", "--day", "2026-06-18", "place=桥头村", "title=修缮东渠",
                "villagers_meeting=0")
    for day, step, *values in (
            ("2026-06-04", "F01", "matter=修缮东渠", "opinions_heard=1", "minutes=paper"),
            ("2026-06-08", "F02", "plan_text=集体出资八万元修缮东渠", "present=7", "agreed=7", "minutes=paper", "signin=paper"),
            ("2026-06-12", "F03", "entitled=21", "present=14", "agreed=8", "minutes=paper", "signin=paper"),
            ("2026-06-18", "F04", "passed=1", "entitled=48", "present=32", "agreed=17", "against=15", "abstained=0", "minutes=paper",
             "signin=paper", "tally=paper"),
            ("2026-06-19", "F05", "published_on=2026-06-19", "posted_at=村务公开栏", "text=paper", "photo=paper"),
            ("2026-07-08", "F06", "published_on=2026-07-08", "posted_at=村务公开栏", "result=已完工", "accepted_by=覃芳",
             "photo=paper", "report=paper")):
        office.travel(day)
        known = {m["key"] for s in office.homes["clerk"].json("procedure", "steps", office.id) if s["step"] == step
                 for m in s["materials"]}
        office.step(step, *[v for v in values if not v.endswith("=paper") or v[:-6] in known])
    left = [f for f in office.findings() if f["kind"] != "waits"]
    assert not left, told(left)
    office.homes["clerk"].run("procedure", "close", office.id, "done")
    assert office.verify(office.export())["genuine"]


NEW_TEMPLATE = """{"template": "well-care", "version": 1, "kind": "well-care", "committee": "village", "mode": "",
 "title": {"zh": "水井管护", "en": "Care of a well"}, "valid_from": "2026-01-01", "valid_to": null, "anchor": "done_by",
 "open": {"fields": [
   {"key": "kind", "name": {"zh": "程序", "en": "Procedure"}, "type": "text", "required": true},
   {"key": "title", "name": {"zh": "名称", "en": "Title"}, "type": "text", "required": true},
   {"key": "division", "name": {"zh": "区划", "en": "Division"}, "type": "text", "required": true},
   {"key": "done_by", "name": {"zh": "完成日", "en": "Done by"}, "type": "day", "required": true}]},
 "steps": [
  {"id": "X01", "name": {"zh": "出工", "en": "Work"}, "actor": {"zh": "村民", "en": "Villagers"}, "roles": ["committee"],
   "times": [{"id": "X01.lead", "kind": "lead", "ref": "open.done_by", "days": "#meeting_notice", "law": "V26", "article": "25",
     "says": {"zh": "应提前10天。", "en": "Ten days before."}, "remedy": {"zh": "改期。", "en": "Another day."}}],
   "plan": {"from": "open.done_by", "days": -10},
   "counts": [
    {"key": "asked", "name": {"zh": "通知人数", "en": "Asked"}, "type": "int", "required": true, "min": 0},
    {"key": "came", "name": {"zh": "出工人数", "en": "Came"}, "type": "int", "required": true, "min": 0}],
   "checks": [{"id": "X01.half", "left": ["came"], "op": "gt", "right": ["asked"], "num": 1, "den": 2, "law": "V26", "article": "26",
     "says": {"zh": "出工应过半数。", "en": "More than half come."}, "remedy": {"zh": "再约。", "en": "Ask again."}}]}]}
"""


def a_new_procedure_is_a_file(scratch):
    """A template that nobody compiled: one file more in the folder beside the program and the server."""
    place = scratch.path("installed")
    shutil.copytree(os.path.join(TOP, "rules"), os.path.join(place, "rules"))
    shutil.copy(kit.GRIDWARD, place)
    path = os.path.join(place, "rules", "proc-well-care.json")
    with open(path, "w", encoding="utf-8") as out:
        out.write(NEW_TEMPLATE)
    usual, kit.GRIDWARD = kit.GRIDWARD, os.path.join(place, "gridward")
    try:
        office = Office(scratch, "2026-06-01", os.path.join(place, "rules"))
        clerk = office.homes["clerk"]
        clerk.run("rules", "check", path)
        assert "well-care" in clerk.run("rules", "list")
        office.open("--template", "well-care", "--day", "2026-06-18")
        office.travel("2026-06-09")
        office.step("X01", "asked=30", "came=15")
        broken = office.findings("breach")
        assert {(f["rule"], f["article"]) for f in broken} == {("X01.lead", "25"), ("X01.half", "26")}, told(broken)
        assert office.verify(office.export())["genuine"]
    finally:
        kit.GRIDWARD = usual


# ---- the manual chapter
def typed(page):
    """The commands in the blocks of a page, as words."""
    with open(os.path.join(TOP, "docs", page), encoding="utf-8") as text:
        blocks = re.findall(r"^```\n(.*?)^```$", text.read(), re.M | re.S)
    rows = "".join(blocks).replace("\\\n", " ").splitlines()
    return [shlex.split(row.partition(" | ")[0]) for row in rows if row.startswith("gridward ")]


def answered(page, command):
    """The lines of the block that follows the command's."""
    with open(os.path.join(TOP, "docs", page), encoding="utf-8") as text:
        return re.search("^" + re.escape(command) + r"\n```\n\n```\n(.*?)^```$", text.read(), re.M | re.S).group(1).splitlines()


def the_manual_types_the_example(scratch):
    """docs/elections: the program knows each verb and option, each step is a line of the example file."""
    del scratch
    pages = [typed("elections.zh-CN.md"), typed("elections.md")]
    usages = {}
    for words in pages[0]:
        verb = " ".join(words[1:3]) if words[1] in ("election", "office") else words[1]
        if verb not in usages:
            done = subprocess.run([kit.GRIDWARD, *verb.split(), "--help"], capture_output=True, text=True,
                                  env=kit.environment(), timeout=20, check=True)
            usages[verb] = done.stdout.splitlines()[0]
            assert usages[verb].startswith("gridward " + verb), done.stdout
        unknown = [w for w in words if w.startswith("--") and not re.search(re.escape(w) + r"(?![a-z-])", usages[verb])]
        assert not unknown, (words, unknown)
    assert len(usages) >= 14, sorted(usages)
    example = {(w[3], *w[4:]) for w in lines()}
    put_right = {w.partition("=")[0]: w for words in pages[0] if words[2:3] == ["correct"] for w in words if "=" in w}
    steps = [words for words in pages[0] if words[2:3] == ["step"]]
    assert len(steps) > 20 and put_right, steps
    for words in steps:
        told_as = (words[2], *(put_right.get(w.partition("=")[0], w) for w in words[4:]))
        assert told_as in example, told_as
    # both languages type the same, but for the names of files
    same = [[[w for w in words if not re.search(r"\.(txt|gwe|pdf)$|^(答复|answer)$", w)] for words in page] for page in pages]
    assert same[0] == same[1], [pair for pair in zip(*same) if pair[0] != pair[1]]


if __name__ == "__main__":
    run_all([("a whole village election", a_whole_village_election),
             ("what ends an office", what_ends_an_office),
             ("a void poll and its repetition", a_void_poll_and_its_repetition),
             ("a tie and its rerun", a_tie_and_its_rerun),
             ("a list published too late", a_list_published_too_late),
             ("a number that the district confirms", a_number_that_the_district_confirms),
             ("a procedure that is no code", a_procedure_that_is_no_code),
             ("a new procedure is a file", a_new_procedure_is_a_file),
             ("the manual types the example", the_manual_types_the_example)])
