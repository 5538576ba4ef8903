#!/usr/bin/env python3
"""The command line as an outsider's script sees it, written from docs/cli.md: every verb, its JSON
against the contract's names, every exit status, refusals in both languages, and what happens when the
server, the disk, the store or the reader of the output goes away."""
import json
import os
import re
import signal
import subprocess
import time

from kit import DISPATCHD, GRIDWARD, TOP, Home, Server, environment, keep, run_all, wait_for

ENTRY = {"n", "dev", "uid", "kind", "id", "state", "code", "at", "result_at", "seq", "unread"}
STATES = {"pending", "sent", "applied", "late", "review", "quarantined", "rejected", "reissued"}
OUTCOMES = ("real_medical real_fire real_gas fall help_nonurgent false_cooking false_touch false_device "
            "test low_battery offline no_answer_found_safe away hospitalised deceased refused_entry "
            "duplicate").split()


# ---- the contract's names, from api/dispatch.yaml itself
def schema(name):
    """(all, required) member names of a schema."""
    with open(os.path.join(TOP, "api", "dispatch.yaml"), encoding="utf-8") as text:
        body = re.search(rf"^    {name}:\n((?:      .*\n|\n)+)", text.read(), re.M).group(1)
    props = body[body.index("      properties:\n"):]
    names = set(re.findall(r"^        ([a-z_]+):", props, re.M))
    needed = re.search(r"^      required: \[(.*)\]", body, re.M)
    return names, set(needed.group(1).replace(" ", "").split(",")) if needed else set()


def check_row(row, name, extra):
    names, required = schema(name)
    unknown = set(row) - names - {"id", "path", "seq"} - set(extra)
    assert not unknown, f"{name}: members that the contract does not have: {unknown}"
    missing = (required | {"id", "path", "seq"} | set(extra)) - set(row)
    assert not missing, f"{name}: missing: {missing}"
    for key, value in row.items():
        if key.endswith("_at") and value is not None:
            assert isinstance(value, int) and value > 10**12, (key, value)


def check_alarm(row):
    check_row(row, "Alarm", {"local", "waits_for_me"})
    assert row["local"] is None or set(row["local"]) == {"n", "mark", "count"}, row["local"]
    assert isinstance(row["waits_for_me"], bool)


def check_entry(entry, kind=None, state="applied"):
    assert set(entry) == ENTRY, set(entry) ^ ENTRY
    assert entry["state"] in STATES
    if kind:
        assert entry["kind"] == kind, entry
    if state:
        assert entry["state"] == state, entry
    return entry


def raw(*args, env=None, lang="en", stdout=subprocess.PIPE, stdin=subprocess.DEVNULL):
    return subprocess.run([GRIDWARD, *args], stdout=stdout, stderr=subprocess.PIPE, text=True,
                          env=environment(env, lang), timeout=60, stdin=stdin, check=False)


def expect(done, status, *sentences):
    assert done.returncode == status, f"{done.args}: {done.returncode}: {done.stderr}"
    for sentence in sentences:
        assert sentence in done.stderr, f"{sentence!r} not in {done.stderr!r}"
    return done


def ready(scratch, user="worker-demo", **kwargs):
    server = keep(scratch, Server(scratch, **kwargs)).start()
    home = Home(scratch, server, user)
    home.run("sync")
    return server, home


def ring(server, home, kind="smoke", serial=None, **event):
    """A device's alarm, in the mirror."""
    alarm = server.ingest(device=serial or server.serial(kind), kind=kind, state="raise", **event)["alarm"]
    home.run("sync")
    return alarm


# ---- without a server
def wrong_use(scratch):
    home = ["--home", scratch.path("none")]
    expect(raw(*home, "alarm", "frobnicate"), 2, "there is no verb", "gridward --help")
    expect(raw(*home, "alarm", "frobnicate", lang="zh_CN"), 2, "没有", "gridward --help")
    expect(raw("--frobnicate"), 2, "unknown option")
    expect(raw("--frobnicate", lang="zh_CN"), 2, "选项不认识")
    expect(raw("--lang", "fr", "status"), 2)
    expect(raw(*home, "enroll", "http://127.0.0.1:1"), 2, "Usage: gridward enroll")
    expect(raw(*home, "enroll", "ftp://x", "7K2M-9QXR4TBD"), 2)
    expect(raw(*home, "enroll", "http://127.0.0.1:1", "7K2M-9QXR4TBD", "--ca"), 2, "needs a value")
    expect(raw(*home, "enroll", "http://127.0.0.1:1", "7K2M-9QXR4TBD", "--frobnicate"), 2,
           "--frobnicate is not an option here")


def help_and_versions(scratch):
    del scratch
    text = expect(raw("--help"), 0).stdout
    chinese = expect(raw("--help", lang="zh_CN"), 0).stdout
    verbs = re.findall(r"^  ([a-z]+(?: [a-z]+)?)(?= |$)", text, re.M)
    assert len(verbs) >= 24, verbs
    assert "用法" in chinese and "退出码" in chinese
    with open(os.path.join(TOP, "docs", "cli.md"), encoding="utf-8") as page:
        contract = page.read()
    usages = re.findall(r"^  ([a-z].*)$", text, re.M)
    for usage in usages:
        verb = re.match(r"[a-z]+(?: (?:list|show|find|[a-z]+)(?= |$))?", usage).group(0)
        assert f"`{verb}" in contract, f"docs/cli.md does not name: {verb}"
        done = expect(raw("--home", "/nonexistent", *verb.split(), "--help"), 0)
        assert done.stdout.startswith("gridward " + verb), done.stdout
    lines = expect(raw("--version"), 0).stdout.splitlines()
    assert re.match(r"gridward \d+\.\d+", lines[0]), lines
    for library in ("SQLite", "libcurl", "libsodium"):
        assert any(line.startswith(library) for line in lines), library


def not_enrolled(scratch):
    home = ["--home", scratch.path("none")]
    for verb in (["status"], ["sync"], ["leave"], ["alarm", "list"], ["alarm", "ack", "x"],
                 ["resident", "find", "x"], ["journal", "list"], ["duty", "on"], ["doctor"]):
        expect(raw(*home, *verb), 3, "not enrolled", "gridward enroll")
        expect(raw(*home, *verb, lang="zh_CN"), 3, "登记")
    expect(raw(*home, "enroll", "http://127.0.0.1:1", "7K2M-9QXR4TBD"), 4, "cannot be reached")
    expect(raw(*home, "enroll", "http://127.0.0.1:1", "7K2M-9QXR4TBD", lang="zh_CN"), 4, "连不上")


# ---- getting in and out
def enrolment(scratch):
    server = keep(scratch, Server(scratch)).start()
    home = ["--home", scratch.path("h")]
    code = server.enrol_code()
    expect(raw(*home, "enroll", server.url, "not-a-code"), 3)
    locator, secret = code.split("-")
    wrong = locator + "-" + ("0" if secret[0] != "0" else "1") + secret[1:]
    expect(raw(*home, "enroll", server.url, wrong), 3, "code is wrong, used")
    expect(raw(*home, "enroll", server.url, wrong, lang="zh_CN"), 3, "登记码")
    done = json.loads(expect(raw(*home, "enroll", server.url, code, "--json"), 0).stdout)
    assert done["user"] == "worker-demo" and done["url"] == server.url and len(done["device"]) == 36
    expect(raw(*home, "enroll", server.url, server.enrol_code()), 1, "enrolled already")
    expect(raw("--home", scratch.path("other"), "enroll", server.url, code), 3)
    mode = os.stat(scratch.path("h")).st_mode & 0o777
    assert mode == 0o700, oct(mode)
    for name in os.listdir(scratch.path("h")):
        assert os.stat(scratch.path("h/" + name)).st_mode & 0o077 == 0, name
    expect(raw(*home, "sync"), 0)
    expect(raw(*home, "leave"), 0)
    expect(raw(*home, "status"), 3)
    left = os.listdir(scratch.path("h")) if os.path.isdir(scratch.path("h")) else []
    assert "device.key" not in left, left


# ---- reading
def reading(scratch):
    server, home = ready(scratch)
    status = home.json("status")
    for key in ("user name role device url engine cursor hello_at data_at complete incidents scopes counts "
                "unsent oldest_unsent_at conflicts journal clock_offset_ms").split():
        assert key in status, key
    assert status["user"] == "worker-demo" and status["role"] == "worker" and status["complete"]
    assert status["engine"] == "stopped" and status["unsent"] == 0 and status["incidents"] == 0
    assert set(status["journal"]) == STATES
    assert status["counts"]["resident"] > 0 and status["counts"]["device"] > 0
    worker = next(u for u in server.community["users"] if u["id"] == "worker-demo")
    assert [s["path"] for s in status["scopes"]] == worker["paths"]
    assert "未送" in home.run("status") or "未" in home.run("status")
    assert "Unsent" in home.run("status", lang="en")
    sync = home.json("sync")
    assert set(sync) == {"done", "cursor", "caught_up_at", "rows", "unsent", "bad_results", "problem"}
    assert sync["done"] and sync["problem"] is None

    assert home.json("alarm", "list") == []
    assert home.run("alarm", "list", lang="en") == "No alarm waits.\n"
    alarm = ring(server, home)
    rows = home.json("alarm", "list")
    assert [r["id"] for r in rows] == [alarm]
    check_alarm(rows[0])
    assert rows[0]["kind"] == "smoke" and rows[0]["state"] == "unack" and rows[0]["severity"] == "critical"
    assert rows[0]["waits_for_me"] and rows[0]["local"] is None
    shown = home.json("alarm", "show", alarm)
    check_alarm(shown)
    assert shown["events"] and shown["events_total"] >= len(shown["events"])
    assert alarm in home.run("alarm", "list") and "烟感" in home.run("alarm", "list")
    text = home.run("alarm", "show", alarm, lang="en")
    assert "Smoke" in text and "Alarm raised" in text and "no channel" in text, text
    assert home.json("alarm", "list", "--state", "closed") == []
    assert home.json("alarm", "list", "--limit", "0") == []
    home.run("alarm", "list", "--state", "odd", status=2)
    home.run("alarm", "list", "--limit", "-1", status=2)
    home.run("alarm", "list", "surplus", status=2)
    home.run("alarm", "show", "nothing", status=1)
    home.run("alarm", "show", status=2)


def people(scratch):
    server, home = ready(scratch)
    device = next(d for d in server.community["devices"]
                  if d["kind"] == "smoke" and d["resident_id"] and d["serial"] == server.serial("smoke"))
    card = home.json("resident", "show", device["resident_id"])
    extra = {"masked", "age", "open_alarm", "address"}
    check_row(card, "Resident", extra | {"private", "dwelling", "offices"})
    assert card["offices"] == [], card["offices"]  # nobody was elected here
    assert "name" in card["masked"] and "*" in card["name"], card["name"]
    for part, name in (("private", "ResidentPrivate"), ("dwelling", "Dwelling")):
        if card[part] is not None:
            check_row(card[part], name, {"masked"})
    number = card["private"]["id_number"]
    assert number is None or "*" in number
    surname = card["name"][0]
    rows = home.json("resident", "find", surname)
    assert device["resident_id"] in [r["id"] for r in rows] or len(rows) == 50
    for row in rows:
        check_row(row, "Resident", extra)
        assert row["phone"] is None or "*" in row["phone"], row["phone"]
    assert len(home.json("resident", "find", surname, "--limit", "1")) == 1
    assert home.json("resident", "find", "查无此人", status=1) == []
    home.run("resident", "find", status=2)
    home.run("resident", "find", surname, "--limit", "0", status=2)
    home.run("resident", "show", "nobody", status=1)
    before = len(home.json("journal", "list"))
    home.run("resident", "show", device["resident_id"], "--reveal", "name", status=2)
    home.run("resident", "show", device["resident_id"], "--reveal", "odd", "--reason", "x", status=2)
    assert len(home.json("journal", "list")) == before
    full = home.json("resident", "show", device["resident_id"], "--reveal", "name", "--reason", "回访")
    assert "*" not in full["name"] and full["name"][0] == surname and "name" not in full["masked"]
    check_entry(full["entry"], "access.reveal", None)
    newest = home.json("journal", "list")[0]
    check_entry(newest, "access.reveal")
    body = json.loads(home.json("journal", "show", str(newest["n"]))["body"])
    assert body["data"]["field"] == "name" and body["data"]["reason"] == "回访"
    text = home.run("resident", "show", device["resident_id"], "--reveal", "phone", "--reason", "call")
    assert re.search(r"1\d{10}", text), text
    assert not re.search(r"1\d{10}", home.run("resident", "show", device["resident_id"]))


def the_roll(scratch):
    """The voters' roll, from the residents and from records; households and dwellings beside it."""
    server = keep(scratch, Server(scratch)).start()
    home = Home(scratch, server, "clerk-demo")
    home.run("sync")
    made = home.json("election", "new", "--kind", "village", "--polling-day", "2099-06-20", "--division",
                     home.json("status")["scopes"][0]["path"], "--term", "12", "--seats", "5",
                     "place=兴隆村")
    roll = home.json("election", "roll", made["id"])
    counts = roll["counts"]
    assert counts["people"] == counts["in"] + counts["out"] + counts["open"] == len(roll["people"])
    assert counts["in"] == sum(counts["classes"].values()) and counts["published"] is None
    for person in roll["people"]:
        assert ("*" in person["name"]) == (person["state"] != "in"), person
        assert (person["law"], person["article"]) == ("V26", "16"), person
    some = next(p for p in roll["people"] if p["why"] == "no_application")
    assert some["settle"] == "S05-3"
    home.json("election", "step", made["id"], "S05-3", "--subject", "1", "resident_id=" + some["id"],
              "applied_on=2026-01-05", "basis=lives", "since=2020-01-01", "decision=agreed",
              "decided_on=2026-01-06", "--happened", "2026-01-06", "--reason", "补记")
    again = home.json("election", "roll", made["id"])
    assert next(p for p in again["people"] if p["id"] == some["id"])["why"] == "agreed"
    assert again["counts"]["in"] == counts["in"] + 1
    csv = home.run("election", "roll", made["id"], "--csv")
    assert csv.startswith("\ufeff") and len(csv.splitlines()) == again["counts"]["in"] + 1
    assert not re.search(r"\d{15}", csv)
    for state in ("in", "out", "open"):
        listed = home.json("election", "roll", made["id"], "--state", state)["people"]
        assert len(listed) == again["counts"][state]
    home.run("election", "roll", made["id"], "--state", "odd", status=2)
    home.run("election", "roll", made["id"], "--csv", "--json", status=2)
    home.run("election", "roll", "nothing", status=1)
    household = home.json("household", "show", some["household"])
    check_row(household, "Household", {"masked", "people"})
    assert "*" in household["number"] and some["id"] in [p["id"] for p in household["people"]]
    assert all("*" in p["name"] and p["relation_word"] for p in household["people"])
    dwelling = home.json("dwelling", "show", household["dwelling_id"])
    check_row(dwelling, "Dwelling", {"masked", "people"})
    assert some["id"] in [p["id"] for p in dwelling["people"]] and dwelling["room"] is None
    home.run("household", "show", household["id"], "--reveal", "number", status=2)
    full = home.json("household", "show", household["id"], "--reveal", "number", "--reason", "核对")
    assert "*" not in full["number"]
    check_entry(full["entry"], "access.reveal", None)
    home.run("dwelling", "show", "nothing", status=1)


# ---- writing
def every_action(scratch):
    server, home = ready(scratch)
    alarm = ring(server, home)
    n = 0

    def act(verb, *args):
        nonlocal n
        n += 1
        entry = check_entry(home.json("alarm", verb, alarm, *args), "alarm." + verb)
        assert entry["n"] == n and entry["id"] == alarm, entry
        return entry

    ack = act("ack")
    assert ack["seq"] > 0 and ack["result_at"] > 0 and ack["code"] is None
    assert home.json("alarm", "show", alarm)["acked_by"] == "worker-demo"
    act("hold")
    act("attempt", "--to", "elder", "--result", "no_answer", "--number", "13800000000")
    act("attempt", "--to", "contact:1", "--result", "answered")
    act("enroute")
    act("arrived")
    act("note", "--text", "油烟很大，人没事")
    act("escalate", "--to", "5", "--reason", "练习")
    act("retract", "--reason", "按错")
    act("handover", "--to", "leader-demo", "--note", "换班")
    act("retract", "--n", str(n))
    act("unack")
    act("ack")
    act("close", "--outcome", "false_cooking", "--note", "炒菜")
    row = home.json("alarm", "show", alarm)
    check_alarm(row)
    assert row["state"] == "closed" and row["outcome"] == "false_cooking", row
    kinds = [e["kind"] for e in row["events"]]
    for kind in ("ack", "attempt", "enroute", "arrived", "note", "escalate", "handover", "unack", "close"):
        assert kind in kinds, (kind, kinds)
    entries = home.json("journal", "list")
    assert [e["n"] for e in entries] == list(range(n, 0, -1))
    for entry in entries:
        check_entry(entry)
    assert home.json("journal", "list", "--state", "rejected") == []
    assert len(home.json("journal", "list", "--limit", "3")) == 3
    shown = home.json("journal", "show", "3")
    body = json.loads(shown["body"])
    assert body["n"] == 3 and body["kind"] == "alarm.attempt" and body["data"]["result"] == "no_answer"
    assert body["prev"] and len(body["prev"]) == 64
    assert shown["entry"]["n"] == 3
    home.run("journal", "show", "999", status=1)
    home.run("journal", "show", "x", status=2)
    home.run("journal", "list", "--state", "odd", status=2)

    # a closed alarm: the answer is no, and nothing is journalled
    for verb in (["ack"], ["unack"], ["hold"], ["handover", "--to", "leader-demo"]):
        home.run("alarm", verb[0], alarm, *verb[1:], status=1, lang="en")
        assert "closed already" in home.err, home.err
    home.run("alarm", "ack", alarm, status=1)
    assert "已经结案" in home.err or "已结" in home.err, home.err
    assert len(home.json("journal", "list")) == n
    home.run("alarm", "ack", "nothing", status=1)
    assert len(home.json("journal", "list")) == n
    assert alarm in [r["id"] for r in home.json("alarm", "list", "--all")]
    assert alarm not in [r["id"] for r in home.json("alarm", "list")]
    assert [r["id"] for r in home.json("alarm", "list", "--state", "closed")] == [alarm]

    # text form: N STATE KIND ID
    second = ring(server, home, "sos")
    line = home.run("alarm", "ack", second).split()
    assert line == [str(n + 1), "applied", "alarm.ack", second], line


def wrong_values(scratch):
    server, home = ready(scratch)
    alarm = ring(server, home)
    for args in (["ack"], ["ack", alarm, "extra"], ["ack", alarm, "--reason", "x"],
                 ["attempt", alarm, "--to", "elder"], ["attempt", alarm, "--to", "cat", "--result", "busy"],
                 ["attempt", alarm, "--to", "contact:x", "--result", "busy"],
                 ["attempt", alarm, "--to", "contact", "--result", "busy"],
                 ["attempt", alarm, "--to", "elder", "--result", "odd"], ["note", alarm],
                 ["escalate", alarm], ["escalate", alarm, "--to", "3", "--reason", "x"],
                 ["handover", alarm], ["close", alarm], ["close", alarm, "--outcome", "odd"],
                 ["retract", alarm, "--n", "x"], ["raise"], ["raise", "--kind", "sos", "--text", "x"],
                 ["raise", "--kind", "sos", "--at", "no such place!", "--text", "x"],
                 ["note", alarm, "--text", "x" * 3000]):
        home.run("alarm", *args, status=2, lang="en")
        assert "Usage: gridward alarm" in home.err or "whole number" in home.err, home.err
        home.run("alarm", *args, status=2)
        assert re.search("[一-鿿]", home.err), home.err
    home.run("alarm", "retract", alarm, status=1)
    for args in (["duty"], ["duty", "maybe"], ["sync", "--once", "--follow"], ["status", "x"],
                 ["leave", "x"], ["doctor", "x"]):
        home.run(*args, status=2)
    assert home.json("journal", "list") == []
    # the server's no: closing without having been there needs a second person
    home.run("alarm", "ack", alarm)
    entry = home.json("alarm", "close", alarm, "--outcome", "false_touch", status=1)
    check_entry(entry, "alarm.close", "rejected")
    assert entry["code"] == "needs-second-person", entry
    home.run("alarm", "close", alarm, "--outcome", "false_touch", status=1, lang="en")
    assert "second person" in home.err, home.err
    home.run("sync")
    assert home.json("status")["conflicts"] == 2


def raise_and_duty(scratch):
    server, home = ready(scratch)
    grid = next(u for u in server.community["users"] if u["id"] == "worker-demo")["paths"][0]
    entry = home.json("alarm", "raise", "--kind", "fall", "--at", grid, "--text", "邻居来电：楼道有人摔倒")
    check_entry(entry, "alarm.raise")
    home.run("sync")
    row = home.json("alarm", "show", entry["id"])
    check_alarm(row)
    assert row["kind"] == "fall" and row["text"].startswith("邻居来电")
    dwelling = home.json("resident", "show", next(
        d for d in server.community["devices"] if d["resident_id"] and d["path"] == grid)["resident_id"])
    entry = home.json("alarm", "raise", "--kind", "sos", "--at", dwelling["dwelling_id"], "--text", "x",
                      "--severity", "minor")
    home.run("sync")
    row = home.json("alarm", "show", entry["id"])
    assert row["dwelling_id"] == dwelling["dwelling_id"] and row["severity"] == "minor"
    for state in ("on", "reachable", "off"):
        check_entry(home.json("duty", state), "duty.set")


def second_person(scratch):
    server, home = ready(scratch)
    leader = Home(scratch, server, "leader-demo", "leader")
    alarm = ring(server, home)
    home.run("alarm", "ack", alarm)
    entry = home.json("alarm", "close", alarm, "--outcome", "no_answer_found_safe", "--no-visit-reason",
                      "女儿在家，电话确认", "--second-person", "leader-demo")
    check_entry(entry, "alarm.close")
    row = home.json("alarm", "show", alarm)
    assert row["state"] != "closed" and row["closing"]["second_person"] == "leader-demo", row["closing"]
    leader.run("sync")
    check_entry(leader.json("alarm", "confirm", alarm), "alarm.confirm")
    home.run("sync")
    assert home.json("alarm", "show", alarm)["state"] == "closed"


def too_late(scratch):
    """Somebody was faster: kept, answered, not an error; the alarm is his."""
    server, home = ready(scratch)
    leader = Home(scratch, server, "leader-demo", "leader")
    alarm = ring(server, home)
    leader.run("sync")
    check_entry(leader.json("alarm", "ack", alarm), "alarm.ack")
    for lang, words in (("en", "nothing more to do"), ("zh_CN", "不用再做")):
        entry = json.loads(home.run("alarm", "ack", alarm, "--json", lang=lang))
        check_entry(entry, "alarm.ack", "late")
        assert entry["code"] == "held-by-other", entry
        assert words in home.err, home.err
        if lang == "en":
            assert home.json("alarm", "show", alarm)["acked_by"] == "leader-demo"
    assert home.json("status")["journal"]["late"] == 2


# ---- the server goes away and comes back
def server_away(scratch):
    server, home = ready(scratch)
    alarm = ring(server, home)
    server.kill(signal.SIGTERM)
    entry = home.json("alarm", "ack", alarm)
    assert entry["state"] in ("pending", "sent") and entry["n"] == 1, entry
    home.run("alarm", "note", alarm, "--text", "断网时写的", lang="en")
    assert "kept in the journal" in home.err, home.err
    home.run("alarm", "enroute", alarm)
    assert "还没送到" in home.err and "连不上" in home.err, home.err
    row = home.json("alarm", "show", alarm)
    assert row["state"] == "acked" and row["acked_by"] == "worker-demo"
    assert row["local"]["n"] == 3 and row["local"]["mark"] in ("pending", "sent")
    status = home.json("status")
    assert status["unsent"] == 3 and status["oldest_unsent_at"] > 0
    home.run("sync", status=4, lang="en")
    assert "cannot be reached" in home.err
    home.run("sync", status=4)
    assert "连不上" in home.err, home.err
    home.run("leave", status=1, lang="en")
    assert "Nothing was deleted" in home.err
    assert home.json("doctor", status=None)["checks"]
    server.start()
    home.run("sync")
    assert home.json("status")["unsent"] == 0
    assert [e["state"] for e in home.json("journal", "list")] == ["applied"] * 3
    home.run("leave")


# ---- administration while serving
def administration(scratch):
    server, home = ready(scratch)
    other = next(g["path"] for g in server.community["grids"]
                 if g["path"] not in [s["path"] for s in home.json("status")["scopes"]]
                 and len(g["path"].split(".")) == 5)

    engine = keep(scratch, Follower(home))

    def areas():
        return [s["path"] for s in home.json("status")["scopes"]]

    server.admin("user", "add", "w-zhou", "--name", "周敏", "--role", "worker")
    server.admin("grant", "w-zhou", other)
    zhou = Home(scratch, server, "w-zhou", "zhou")
    zhou.run("sync")
    assert [s["path"] for s in zhou.json("status")["scopes"]] == [other]
    server.admin("grant", "worker-demo", other)
    before = home.json("status")["counts"]["resident"]
    wait_for("the grant is seen in the open stream", lambda: other in areas(), bound=2)
    wait_for("its residents come", lambda: home.json("status")["counts"]["resident"] > before)
    server.admin("revoke", "worker-demo", other)
    wait_for("the grant is gone", lambda: other not in areas(), bound=2)
    wait_for("its residents go", lambda: home.json("status")["counts"]["resident"] == before)
    token = server.admin("source", "add", "second").strip()
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", token), token
    server.token = token
    wait_for("the new token serves", lambda: try_ingest(server), bound=2)
    engine.end()
    assert home.json("status")["device"] in server.admin("device", "list")
    server.admin("device", "revoke", home.json("status")["device"])
    wait_for("the revoked device is refused", lambda: refused(home), bound=5)
    alarm = server.ingest(device=server.serial("sos"), kind="sos", state="raise")["alarm"]
    assert alarm
    home.run("sync", status=3)
    assert re.search("[一-鿿]", home.err), home.err
    server.admin("enroll-code", "nobody", status=1)
    device = home.json("status")["device"]
    server.admin("erase", "--step", f"{device}.99999", "--reason", "x", status=1)
    server.admin("erase", "--step", f"{device}.1", status=2)
    server.admin("erase", "--step", "nonsense", "--reason", "x", status=2)
    server.admin("user", "add", "x", "--name", "x", "--role", "king", status=2)
    server.admin("init", status=5)  # somebody serves it
    server.admin("backup", scratch.path("backup.db"))
    server.admin("restore", scratch.path("backup.db"), status=5)
    help_text = subprocess.run([DISPATCHD, "--help"], capture_output=True, text=True,
                               env=environment(lang="en"), check=True).stdout
    assert "serve" in help_text


def second_device(scratch):
    """The device was closed with something unsent: a new code for the same person carries it on."""
    server, home = ready(scratch)
    alarm = ring(server, home)
    old = home.json("status")["device"]
    server.admin("device", "revoke", old)
    entry = home.json("alarm", "ack", alarm)
    assert entry["state"] in ("pending", "sent"), entry
    home.run("sync", status=3, lang="en")
    home.run("leave", status=1)
    home.run("enroll", server.url, server.enrol_code(), status=1)
    home.run("enroll", server.url, server.enrol_code("leader-demo"), "--again", status=None, lang="en")
    assert home.code in (1, 3), home.code
    answer = home.json("enroll", server.url, server.enrol_code(), "--again")
    assert answer["user"] == "worker-demo" and answer["device"] != old
    home.run("sync")
    assert home.json("status")["unsent"] == 0
    assert home.json("alarm", "show", alarm)["acked_by"] == "worker-demo"
    states = {e["state"] for e in home.json("journal", "list")}
    assert states <= {"applied", "reissued"}, states


class Follower:
    """A head-less engine of a home."""

    def __init__(self, home):
        self.run = subprocess.Popen([GRIDWARD, "--home", home.dir, "sync", "--follow", "--json"],
                                    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                    env=home.env, stdin=subprocess.DEVNULL)
        wait_for("the engine runs", lambda: home.json("status")["engine"] == "running")

    def end(self):
        if self.run.poll() is None:
            self.run.send_signal(signal.SIGTERM)
        self.run.communicate(timeout=20)
        return self.run.returncode


def server_verbs(scratch):
    """What else the server's program can do, and its times and refusals."""
    server = keep(scratch, Server(scratch)).start()
    alarm = server.ingest(device=server.serial("smoke"), kind="smoke", state="raise")["alarm"]
    for lang in ("en", "zh_CN"):
        server.env["LANGUAGE"] = lang
        plans = [server.admin("policy", "explain", "--alarm", alarm, "--at", at)
                 for at in ("2030-01-31 10:00", "2030-01-31T10:00:00+08:00", "2030-01-31T02:00:00Z")]
        assert plans[0] == plans[1] == plans[2] and "2030-01-31 10:" in plans[0], plans
        server.admin("policy", "explain", "--alarm", alarm, "--at", "noon", status=2)
        server.admin("policy", "explain", "--alarm", "nothing", status=1)
    grid = server.community["grids"][0]["path"]
    good = {"type": "resident", "id": "r-imported", "path": grid, "row": {"name": "钱明"}}
    with open(scratch.path("rows.ndjson"), "w", encoding="utf-8") as rows:
        rows.write(json.dumps(good, ensure_ascii=False) + "\nthis is no row\n")
    server.admin("import", scratch.path("rows.ndjson"), status=1)
    server.admin("import", scratch.path("rows.ndjson"), "--partial", status=1)
    server.admin("import", scratch.path("absent"), status=2)
    server.admin("demo-data", "--residents", "many", status=2)
    server.admin("grant", "nobody", grid, status=1)
    server.admin("grant", "worker-demo", "no path", status=2)
    server.admin("frobnicate", status=2)
    server.admin("serve", status=2)
    server.admin("device", "list", "--frobnicate", status=2)
    twins = []
    for name in ("a", "b"):
        store = "sqlite:" + scratch.path(name)
        for args in (["init"], ["demo-data", "--seed", "9", "--residents", "60", "--json"]):
            out = subprocess.run([DISPATCHD, *args, "--store", store], capture_output=True, text=True,
                                 env=server.env, check=True).stdout
        twins.append(json.loads(out))
    assert twins[0] == twins[1] and set(twins[0]) == {"grids", "users", "devices"}
    assert subprocess.run([DISPATCHD, "device", "list", "--store", "sqlite:" + scratch.path("none")],
                          capture_output=True, env=server.env, check=False).returncode == 1


def try_ingest(server):
    try:
        return server.ingest(device=server.serial("smoke"), kind="smoke", state="raise")["alarm"]
    except OSError:
        return None


def refused(home):
    home.run("sync", status=None)
    return home.code == 3


# ---- head-less
def follow(scratch):
    server, home = ready(scratch)
    engine = keep(scratch, Follower(home))
    alarm = server.ingest(device=server.serial("smoke"), kind="smoke", state="raise")["alarm"]
    row = json.loads(engine.run.stdout.readline())
    check_alarm(row)
    assert row["id"] == alarm
    check_entry(home.json("alarm", "ack", alarm), "alarm.ack")  # delivered by the other process
    assert home.json("sync")["done"]
    home.run("leave", status=5)
    server.kill(signal.SIGTERM)
    wait_for("kept", lambda: home.json("alarm", "hold", alarm)["state"] in ("pending", "sent"))
    home.run("sync", status=5, lang="en")  # the other one has it in its hands
    assert "another gridward" in home.err, home.err
    server.start()
    wait_for("delivered later", lambda: home.json("status")["unsent"] == 0)
    assert engine.end() == 0


# ---- store and output
def damaged_store(scratch):
    _, home = ready(scratch)
    with open(os.path.join(home.dir, "gridward.db"), "r+b") as store:
        store.write(b"this is no store " * 64)
    for suffix in ("-wal", "-shm"):
        if os.path.exists(home.dir + "/gridward.db" + suffix):
            os.unlink(home.dir + "/gridward.db" + suffix)
    for verb in (["status"], ["alarm", "list"], ["sync"]):
        home.run(*verb, status=5)
        assert re.search("[一-鿿]", home.err), home.err
    home.run("status", status=5, lang="en")
    assert len(home.err.split()) > 6, home.err


def full_disk(scratch):
    server, home = ready(scratch, residents=2000)
    alarm = ring(server, home)
    n = len(home.json("journal", "list"))
    fresh = Home(scratch, server, name="fresh")
    # The mirror may not grow much beyond what it is after enrolment: the first load cannot fit.
    most = os.path.getsize(os.path.join(fresh.dir, "gridward.db"))
    done = subprocess.run(["sh", "-c", f'ulimit -f {most // 512 + 8}; exec "$@"', "sh", GRIDWARD, "--home", fresh.dir,
                           "sync"], capture_output=True, text=True, env=fresh.env, timeout=60,
                          check=False)
    assert done.returncode == 5 and "盘" in done.stderr, (done.returncode, done.stderr)
    fresh.run("sync")
    server.kill(signal.SIGTERM)
    for lang, words in (("en", "disk"), ("zh_CN", "盘")):
        done = subprocess.run(["sh", "-c", 'ulimit -f 1; exec "$@"', "sh", GRIDWARD, "--home", home.dir,
                               "alarm", "note", alarm, "--text", "x" * 1500], capture_output=True,
                              text=True, env=dict(home.env, LANGUAGE=lang), timeout=60, check=False)
        assert done.returncode == 5, (done.returncode, done.stderr)
        assert words in done.stderr, done.stderr
    assert len(home.json("journal", "list")) == n  # it said that it was not stored
    entry = home.json("alarm", "note", alarm, "--text", "after")
    assert entry["n"] == n + 1


def output_gone(scratch):
    server, home = ready(scratch)
    for _ in range(3):
        ring(server, home, "smoke")
    read, write = os.pipe()
    os.close(read)
    done = raw("--home", home.dir, "alarm", "list", "--json", stdout=write)
    os.close(write)
    assert done.returncode == -signal.SIGPIPE and done.stderr == "", (done.returncode, done.stderr)
    with open("/dev/full", "w", encoding="utf-8") as full:
        expect(raw("--home", home.dir, "status", stdout=full), 5, "output could not be written")
    # a command whose output nobody reads was still recorded
    alarm = home.json("alarm", "list")[0]["id"]
    with open("/dev/full", "w", encoding="utf-8") as full:
        expect(raw("--home", home.dir, "alarm", "ack", alarm, stdout=full), 5)
    assert home.json("alarm", "show", alarm)["acked_by"] == "worker-demo"


HOSTILE = "\u009b31m\u202e翻\u2066转\u200f\u007f\u2028行"
BAD = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")


def hostile_text(scratch):
    server, home = ready(scratch)
    try:
        server.admin("user", "add", "evil", "--name", "a" + HOSTILE, "--role", "worker")
    except AssertionError:
        pass  # refusing such a name is as good as cleaning it
    alarm = server.ingest(device=server.serial("smoke"), kind="smoke", state="raise", text=HOSTILE)["alarm"]
    home.run("sync")
    home.run("alarm", "note", alarm, "--text", HOSTILE, status=None)
    home.run("alarm", "note", alarm, "--text", "esc \x1b[31m bel \x07 nl \n end", status=None)
    home.run("sync")
    for args in (["alarm", "list"], ["alarm", "show", alarm], ["journal", "list"], ["status"],
                 ["journal", "show", "1"], ["journal", "show", "2"]):
        for form in ([], ["--json"]):
            out = home.run(*args, *form, status=None) + home.err
            bad = BAD.search(out)
            assert not bad, (args, form, out[max(0, bad.start() - 30):bad.end() + 10])
    row = home.json("alarm", "show", alarm)
    assert row["text"] == HOSTILE  # in JSON nothing is lost
    home.run("alarm", "show", "x\x1b[31mx", status=1)
    assert not BAD.search(home.err.replace("\n", "")), repr(home.err)
    home.run("alarm", "ack", alarm, "--\x1b[31m", status=2)
    assert not BAD.search(home.err.replace("\n", "")), repr(home.err)


def doctor(scratch):
    _, home = ready(scratch)
    report = home.json("doctor", status=None)
    assert home.code in (0, 1)
    names = [c["check"] for c in report["checks"]]
    for name in ("clock", "tls", "disk", "encryption", "store", "scope", "keys", "unsent", "width"):
        assert name in names, name
    for check in report["checks"]:
        assert set(check) == {"check", "result", "detail", "remedy"}
        assert check["result"] in ("ok", "warning", "failed")
        assert check["result"] == "ok" or check["remedy"], check
    assert report["versions"]["gridward"] and report["versions"]["SQLite"]
    assert (home.code == 1) == any(c["result"] == "failed" for c in report["checks"])
    os.chmod(os.path.join(home.dir, "device.key"), 0o644)
    report = home.json("doctor", status=1)
    assert next(c for c in report["checks"] if c["check"] == "keys")["result"] == "failed"


def many_alarms(scratch):
    """The list of 10,000 open alarms is there in a moment."""
    server = keep(scratch, Server(scratch)).start()
    for start in range(0, 10000, 100):
        lines = "".join(json.dumps({"event_id": f"m{i}", "device": f"UNKNOWN-{i}", "kind": "smoke"}) + "\n"
                        for i in range(start, start + 100))
        done = subprocess.run(["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-X", "POST",
                               "-H", "Authorization: Bearer " + server.token, "-H",
                               "Content-Type: application/x-ndjson", "--data-binary", "@-",
                               server.url + "/v1/ingest"], input=lines, capture_output=True, text=True,
                              check=True)
        assert done.stdout == "202", done.stdout + done.stderr
    home = Home(scratch, server, "duty-demo")
    home.run("sync")
    for form, bound in (([], 1.0), (["--json"], 3.0)):
        start = time.monotonic()
        out = home.run("alarm", "list", *form)
        took = time.monotonic() - start
        print(f"     alarm list {' '.join(form)} of 10,000: {took * 1000:.0f} ms")
        assert len(out.splitlines()) >= 10000, len(out.splitlines())
        assert took < bound, took


if __name__ == "__main__":
    run_all([(name.__name__.replace("_", " "), name) for name in (
        wrong_use, help_and_versions, not_enrolled, enrolment, reading, people, the_roll, every_action, wrong_values,
        raise_and_duty, second_person, too_late, server_away, administration, second_device, server_verbs, follow, damaged_store, full_disk,
        output_gone, hostile_text, doctor, many_alarms)])
