#!/usr/bin/env python3
"""Bad input and faults, with real processes: no room, a wrong clock, a revoked device, tokens that end,
TLS that is not ours, hostile text, personal data where it must not be."""
import json
import os
import re
import stat
import subprocess
import time
import urllib.request

from kit import DISPATCHD, GRIDWARD, TOP, Console, Home, Server, environment, keep, run_all, wait_for


def start(scratch, env=None, **kw):
    server = keep(scratch, Server(scratch, env=env, **kw)).start()
    home = Home(scratch, server)
    home.run("sync", "--once")
    return server, home


def smoke(server, **event):
    event.setdefault("device", server.serial("smoke"))
    event.setdefault("kind", "smoke")
    event.setdefault("state", "raise")
    return server.ingest(**event)["alarm"]


def ingest_lines(server, lines):
    request = urllib.request.Request(
        server.url + "/v1/ingest", data="\n".join(json.dumps(line) for line in lines).encode() + b"\n",
        method="POST", headers={"Authorization": "Bearer " + server.token,
                                "Content-Type": "application/x-ndjson"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return [json.loads(line) for line in answer.read().splitlines()]


def no_room_on_the_laptop(scratch):
    """The console's files may not grow: F2 says why and what to do; with room it works again."""
    server, home = start(scratch)
    alarm = smoke(server)
    home.run("sync", "--once")
    size = os.path.getsize(os.path.join(home.dir, "gridward.db"))  # the log is larger, and made beforehand
    wrapper = scratch.path("limited.sh")
    with open(wrapper, "w") as text:
        text.write(f'#!/bin/bash\nulimit -f {size // 1024}\nexec "{GRIDWARD}" --home "{home.dir}" "$@"\n')
    os.chmod(wrapper, 0o755)
    done = None
    for attempt in range(400):  # fill the last page that is still free
        done = subprocess.run([wrapper, "alarm", "note", alarm, "--text", f"第{attempt}条" + "字" * 300],
                              capture_output=True, text=True, env=home.env, timeout=60)
        if done.returncode != 0:
            break
    assert done.returncode == 5, (done.returncode, done.stderr)
    assert "满" in done.stderr or "空间" in done.stderr, done.stderr
    before = len(home.json("journal", "list"))
    home.run("alarm", "note", alarm, "--text", "有地方了")
    assert len(home.json("journal", "list")) == before + 1


def wrong_clock(scratch):
    """Ten years off: shown, never a reason to refuse; the order is the server's."""
    server, home = start(scratch)
    alarm = smoke(server)
    old = str(int((time.time() - 10 * 365 * 86400) * 1000))
    home.env = dict(home.env, GRIDWARD_FIXED_TIME=old)
    home.run("sync", "--once")
    home.run("alarm", "ack", alarm)
    assert home.json("journal", "list")[0]["state"] == "applied"
    assert home.json("status")["clock_offset_ms"] > 9 * 365 * 86400 * 1000
    checks = {c["check"]: c["result"] for c in home.json("doctor", status=None)["checks"]}
    assert checks["clock"] != "ok", checks
    events = home.json("alarm", "show", alarm)["events"]
    assert [e["kind"] for e in events][-1] == "ack"
    assert abs(events[-1]["at"] - time.time() * 1000) < 60000, "the server's time counts"


def revoked_while_the_stream_is_open(scratch):
    server, home = start(scratch)
    console = keep(scratch, Console(home))
    alarm = smoke(server)
    console.wait("烟感")
    server.admin("device", "revoke", home.json("status")["device"])
    console.wait("注销")
    time.sleep(0.35)  # the guard for keys
    console.press("F2")
    console.wait("按了|已保存")
    entries = home.json("journal", "list")
    assert entries and entries[0]["kind"] == "alarm.ack" and entries[0]["id"] == alarm
    home.run("leave", status=5)  # the console is open
    console.end()
    wait_for("the console is gone", lambda: (home.run("leave", status=None), home.code)[1] == 1)


def tokens_end(scratch):
    """A token serves two seconds here: streams come back by themselves, nothing is lost."""
    server, home = start(scratch, env={"GRIDWARD_TOKEN_LIFETIME": "2s"})
    console = keep(scratch, Console(home))
    console.wait("在线")
    until = time.monotonic() + 5
    seen = 0
    while time.monotonic() < until:
        alarm = smoke(server, event_id=f"t{seen}")
        seen += 1
        wait_for("counted", lambda: home.json("alarm", "show", alarm)["count"] == seen)
    assert console.alive() and seen > 2


def killed_server_and_streams(scratch):
    server, home = start(scratch)
    console = keep(scratch, Console(home))
    console.wait("在线")
    for n in range(3):
        server.kill()
        server.start()
        smoke(server, event_id=f"k{n}")
        wait_for("the stream is back", lambda: (home.json("alarm", "list") or [{"count": 0}])[0]["count"] == n + 1)


def tls_of_ones_own(scratch):
    def openssl(*args):
        subprocess.run(["openssl", *args], check=True, capture_output=True)

    ca, cakey, cert, key, csr, other = (scratch.path(n) for n in
                                        ("ca.pem", "ca.key", "s.pem", "s.key", "s.csr", "other.pem"))
    ext = scratch.path("ext")
    with open(ext, "w") as text:
        text.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    openssl("req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", cakey, "-out", ca, "-days", "30",
            "-subj", "/CN=test ca")
    openssl("req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", scratch.path("o.key"), "-out", other,
            "-days", "30", "-subj", "/CN=other ca")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", csr,
            "-subj", "/CN=localhost")
    openssl("x509", "-req", "-in", csr, "-CA", ca, "-CAkey", cakey, "-CAcreateserial", "-out", cert, "-days", "30",
            "-extfile", ext)
    pub = subprocess.run(["openssl", "x509", "-in", cert, "-pubkey", "-noout"], capture_output=True, check=True)
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "der"], input=pub.stdout, capture_output=True,
                         check=True)
    pin = subprocess.run("openssl dgst -sha256 -binary | base64", shell=True, input=der.stdout,
                         capture_output=True, check=True).stdout.decode().strip()
    server = Server(scratch)
    log = scratch.path("tls.log")
    proc = subprocess.Popen([DISPATCHD, "serve", "--store", server.store, "--listen", "127.0.0.1:0", "--tls-cert", cert,
                             "--tls-key", key, "--rules", TOP + "/rules"], stderr=open(log, "w"), env=server.env)
    try:
        port = int(wait_for("listening", lambda: re.search(r"listening on 127\.0\.0\.1:(\d+)", open(log).read()))
                   .group(1))
        url = f"https://localhost:{port}"

        def enrol(name, *options, status=0):
            done = subprocess.run([GRIDWARD, "--home", scratch.path(name), "enroll", url, server.enrol_code(),
                                   *options], capture_output=True, text=True, env=environment(), timeout=30)
            assert done.returncode == status, (options, done.returncode, done.stderr)
            return done.stderr

        enrol("good", "--ca", ca)
        enrol("pinned", "--ca", ca, "--pin", pin)
        assert "证书" in enrol("wrong", "--ca", other, status=3)
        assert "证书" in enrol("mispinned", "--ca", ca, "--pin", "A" * 43 + "=", status=3)
        assert "证书" in enrol("none", status=3)
        done = subprocess.run([GRIDWARD, "--home", scratch.path("good"), "sync", "--once"], capture_output=True,
                              text=True, env=environment(), timeout=30)
        assert done.returncode == 0, done.stderr
    finally:
        proc.terminate()
        proc.wait(timeout=20)
    refused = subprocess.run([DISPATCHD, "serve", "--store", server.store, "--listen", "0.0.0.0:0"],
                             capture_output=True, text=True, env=server.env, timeout=20)
    assert refused.returncode == 2 and "0.0.0.0" in refused.stderr, refused.stderr


def held_stores(scratch):
    server, _ = start(scratch)
    server.admin("backup", scratch.path("b"))
    server.admin("restore", scratch.path("b"), status=5)
    server.admin("init", status=5)
    second = subprocess.run([DISPATCHD, "serve", "--store", server.store, "--listen", "127.0.0.1:0"],
                            capture_output=True, env=server.env, timeout=20)
    assert second.returncode == 5


def imports(scratch):
    server, home = start(scratch)
    good = {"type": "care_note", "id": "note-1", "path": "CQ.500112.013.005.003",
            "row": {"resident_id": "r", "at": 1, "author": "a", "kind": "care", "text": "x"}}
    path = scratch.path("rows.ndjson")
    with open(path, "w") as text:
        text.write(json.dumps(good) + "\n{\"type\":\"nonsense\"}\n" + json.dumps(dict(good, id="note-2")) + "\n")
    server.admin("import", path, status=1)
    before = home.json("status")["counts"]["care_note"]
    home.run("sync", "--once")
    assert home.json("status")["counts"]["care_note"] == before
    server.admin("import", path, "--partial", status=1)
    wait_for("both good ones came", lambda: (home.run("sync", "--once", status=None), time.sleep(0.2),
                                             home.json("status")["counts"]["care_note"])[2] == before + 2)


def moved_between_grids(scratch):
    """A resident moves: gone for the one, there for the other, over open streams."""
    server, home = start(scratch)
    follow = subprocess.Popen([GRIDWARD, "--home", home.dir, "sync", "--follow"], env=home.env,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    try:
        resident = next(d["resident_id"] for d in server.community["devices"]
                        if d["path"] == "CQ.500112.013.005.003" and d["resident_id"])
        assert home.run("resident", "show", resident)
        path = scratch.path("move.ndjson")
        with open(path, "w") as text:
            text.write(json.dumps({"type": "resident", "id": resident, "path": "CQ.500112.013.005.001",
                                   "row": {"name": "搬走了"}}) + "\n")
        server.admin("import", path)
        wait_for("gone here", lambda: (home.run("resident", "show", resident, status=None), home.code)[1] == 1)
    finally:
        follow.terminate()
        follow.wait(timeout=20)


def poison_in_the_middle(scratch):
    """One command the server must refuse among 200: the others are applied in the same sync (C2)."""
    server, home = start(scratch)
    alarm = smoke(server)
    home.run("sync", "--once")
    server.kill(15)
    with open(scratch.path("many.sh"), "w") as text:
        for n in range(60):
            text.write(f'"{GRIDWARD}" --home "{home.dir}" alarm note {alarm} --text n{n} >/dev/null 2>&1\n')
            if n == 30:
                text.write(f'"{GRIDWARD}" --home "{home.dir}" alarm close {alarm} --outcome false_touch'
                           " >/dev/null 2>&1\n")
    subprocess.run(["sh", scratch.path("many.sh")], env=home.env, timeout=100, check=False)
    server.start()
    home.run("sync", "--once", status=None)
    states = [e["state"] for e in home.json("journal", "list")]
    assert len(states) == 61 and states.count("applied") == 60 and states.count("rejected") == 1, states


def a_large_load_is_slowed_not_broken(scratch):
    """The server sheds snapshots first (429): one sync waits and ends whole."""
    server = keep(scratch, Server(scratch, residents=2000, env={"GRIDWARD_RATE_SNAPSHOT": "4",
                                                               "GRIDWARD_RATE_SNAPSHOT_BURST": "3",
                                                               "GRIDWARD_FEED_PAGE": "500"})).start()
    duty = Home(scratch, server, user="duty-demo", name="duty")
    duty.run("sync", "--once")
    assert duty.json("status")["counts"]["resident"] == 2000


def waiting_for_a_decision(scratch):
    """A worker closes what another holds: a person must decide; it is listed."""
    server, home = start(scratch)
    alarm = smoke(server)
    home.run("sync", "--once")
    leader = Home(scratch, server, user="leader-demo", name="leader")
    leader.run("sync", "--once")
    leader.run("alarm", "ack", alarm)
    home.run("alarm", "arrived", alarm)
    home.run("alarm", "close", alarm, "--outcome", "false_cooking", status=None)
    assert home.json("journal", "list")[0]["state"] == "review"
    listed = json.loads(server.admin("review", "list", "--json"))
    assert [(c["kind"], c["id"], c["result"]) for c in listed] == [("alarm.close", alarm, "review")], listed
    assert alarm in server.admin("review", "list")


def storm(scratch):
    """1,000 alarms at once at one console: every one kept, keys answered meanwhile."""
    server, home = start(scratch, residents=1000)
    duty = Home(scratch, server, user="duty-demo", name="duty")
    duty.run("sync", "--once")
    console = keep(scratch, Console(duty))
    console.wait("在线")
    serials = [d["serial"] for d in server.community["devices"]]
    events = [{"event_id": f"s{n}", "device": serials[n % len(serials)],
               "kind": ["smoke", "sos", "fall", "gas", "door", "water"][(n // len(serials)) % 6], "state": "raise"}
              for n in range(1000)]
    answers = []
    for at in range(0, 1000, 100):
        answers += ingest_lines(server, events[at:at + 100])
    alarms = {a["alarm"] for a in answers}
    assert None not in alarms
    begin = time.monotonic()
    console.press("?")
    console.wait("Esc 返回", bound=5)
    assert time.monotonic() - begin < 2
    wait_for("every one is there", lambda: len(duty.json("alarm", "list")) >= len(alarms))
    have = {r["id"] for r in duty.json("alarm", "list")}
    assert alarms <= have, f"{len(alarms - have)} missing"


HOSTILE = "烟\u001b[2J\u001b]0;evil\u0007\u202e倒\n换行\u009b31m"


def hostile_text(scratch):
    """Device text with escape sequences, bidi and newlines: never raw on the terminal or in text."""
    server, home = start(scratch)
    alarm = smoke(server, text=HOSTILE)
    home.run("sync", "--once")
    raw = scratch.path("raw")
    console = keep(scratch, Console(home))
    console.tmux("pipe-pane", "-t", "c", f"cat >{raw}")
    console.press("Enter")
    console.wait("经过")
    console.press("Escape")
    out = home.run("alarm", "show", alarm) + home.run("alarm", "list")
    for bad in ("\u001b[2J", "\u001b]0;", "\u202e", "\u009b"):
        assert bad not in out, repr(bad)
    with open(raw, "rb") as data:
        seen = data.read()
    for bad in (b"\x1b[2J\x1b]0;evil", b"]0;evil\x07", "\u202e".encode(), b"\xc2\x9b"):
        assert bad not in seen, bad
    text = home.run("alarm", "show", alarm, "--json")
    assert "\u001b" not in text and "\u202e" not in text and json.loads(text)["id"] == alarm


def nothing_personal_in_logs(scratch):
    server, home = start(scratch)
    alarm = smoke(server)
    for verb in (("ack",), ("attempt", "--to", "elder", "--result", "no_answer"), ("enroute",), ("arrived",),
                 ("close", "--outcome", "false_cooking", "--note", "炒菜油烟")):
        home.run("alarm", verb[0], alarm, *verb[1:]) if verb[0] != "ack" else (
            home.run("sync", "--once"), home.run("alarm", "ack", alarm))
    console = keep(scratch, Console(home))
    console.wait("没有等待处理的报警")
    console.press("q")
    wait_for("left", lambda: not console.alive())
    logs = open(server.log, encoding="utf-8").read()
    for name in os.listdir(home.dir):
        if name.startswith("gridward.log"):
            logs += open(os.path.join(home.dir, name), encoding="utf-8").read()
    for secret in ("陈桂芳", "13300009153", "汇祥林里", "炒菜油烟"):
        assert secret not in logs, secret
    assert not re.search(r"\b\d{17}[\dX]\b", logs) and not re.search(r"\b1[3-9]\d{9}\b", logs)


def files_are_closed_to_others(scratch):
    server, home = start(scratch)
    assert stat.S_IMODE(os.stat(home.dir).st_mode) == 0o700
    for name in os.listdir(home.dir):
        assert stat.S_IMODE(os.stat(os.path.join(home.dir, name)).st_mode) == 0o600, name
    for name in os.listdir(scratch.dir):
        if name.startswith("dispatch.db"):
            assert stat.S_IMODE(os.stat(scratch.path(name)).st_mode) == 0o600, name


def nobody_is_ranked(scratch):
    """The general office's rules: no rankings, points, online time or tracks; the schema has none."""
    server, home = start(scratch)
    for db in (home.dir + "/gridward.db", scratch.path("dispatch.db")):
        schema = subprocess.run(["sqlite3", db, ".schema"], capture_output=True, text=True, check=True).stdout
        for word in ("rank", "score", "points", "online_time", "online_ms", "track", "checkin", "location_log"):
            assert not re.search(rf"\b\w*{word}\w*\b", schema, re.I), (db, word)


run_all([
    ("no room on the laptop", no_room_on_the_laptop), ("a clock ten years off", wrong_clock),
    ("revoked while the stream is open", revoked_while_the_stream_is_open), ("tokens end", tokens_end),
    ("a killed server and its streams", killed_server_and_streams), ("TLS of one's own", tls_of_ones_own),
    ("stores that are held", held_stores), ("imports", imports), ("moved between grids", moved_between_grids),
    ("poison in the middle", poison_in_the_middle), ("a large load is slowed, not broken", a_large_load_is_slowed_not_broken),
    ("waiting for a decision", waiting_for_a_decision), ("a storm", storm), ("hostile text", hostile_text),
    ("nothing personal in logs", nothing_personal_in_logs), ("files closed to others", files_are_closed_to_others),
    ("nobody is ranked", nobody_is_ranked),
])
