#!/usr/bin/env python3
"""Papers of a procedure and the pack that answers a petition, with real processes: what is final and
what is a draft, what HTML and PDF hold, that the QR code leads back to the records, and that no name
leaves that no posted notice has printed."""
import datetime
import glob
import hashlib
import json
import os
import re
import shutil
import subprocess

from kit import GRIDWARD, Console, Home, Server, keep, run_all

OBJECTOR, MATTER = "冯申诉", "认为周某不应列入名单"
CHAIR, MEMBERS, RESERVES = "甲主任", "乙委员、丙委员", "丁候补"
LEADER, NAMES = "戊组长", "己代表、庚代表"
HOSTILE = "<script>alert(1)</script>&\"辛代表'"
REFUSED = "未过辰"
NUMBER = "500112199001011234"
CODE = "54500112ME12345638"


def day(back):
    return (datetime.date.today() - datetime.timedelta(days=back)).isoformat()


def recorded(scratch):
    """An election with a committee, a list, an objection and a decision on it; its id."""
    server = keep(scratch, Server(scratch)).start()
    home = Home(scratch, server, user="clerk-demo")
    home.run("sync", "--once")
    made = home.json("election", "new", "--kind", "village", "--polling-day", day(-20), "--anyway", "--reason",
                     "测试", "title=桥头村第十二届村民委员会换届选举", "place=桥头村", f"credit_code={CODE}", "--term", "第十二届", "--seats", "3")
    it = made["id"]

    def step(name, back, *words, subject=None):
        more = ["--subject", subject] if subject else []
        return home.json("election", "step", it, name, *words, *more, "--happened", day(back) + " 10:00",
                         "--reason", "补录")

    step("S03", 40, "method=representatives", f"chair={CHAIR}", f"members={MEMBERS}", f"reserves={RESERVES}",
         "size=3", "entitled=40", "present=36", "minutes=paper", "signin=paper")
    step("S04", 39, "method=candidates", "chair_seats=1", "deputy_seats=0", "member_seats=2", "entitled=40",
         "present=36", "agreed=35")
    listed = home.json("election", "roll", it)["counts"]["in"]
    step("S06", 9, f"published_on={day(9)}", "posted_at=村公告栏", f"registered={listed}", "list=paper", "photo=paper")
    step("S07", 8, f"received_on={day(8)}", f"objector={OBJECTOR}", "about=should_not", f"matter={MATTER}", subject="1")
    step("S08", 7, f"decided_on={day(7)}", "decision=accepted", f"published_on={day(7)}",
         f"reason=核实{OBJECTOR}所述属实", subject="1")
    step("S09-1", 6, f"leader={LEADER}", f"names={NAMES}", "entitled=60", "present=45", "agreed=40",
         "representatives=2", subject="一组")
    step("S09-1", 6, f"leader={LEADER}", f"names={HOSTILE}", "entitled=60", "present=45", "agreed=40",
         "representatives=1", subject="二组")
    step("S09", 6, f"published_on={day(6)}", "households=300", "representatives=3", "women=1", "meeting_members=6",
         "leaders=2")
    for number, name, post, verdict in (("1", "候选寅", "chair", "pass"), ("2", "候选卯", "member", "pass"),
                                        ("3", REFUSED, "member", "fail")):
        step("S10", 5, f"name={name}", f"post={post}", "nominated_by=voters", "woman=0", f"verdict={verdict}",
             subject=number)
    step("S13", 4, f"published_on={day(4)}", "candidates=2", "chair_candidates=1", "deputy_candidates=0",
         "member_candidates=1", "women=0", "photo=paper")
    return server, home, it


def read(path):
    with open(path, encoding="utf-8") as text:
        return text.read()


def fields(svg):
    """The dark modules of the QR code's SVG as rows of 0 and 1, quiet zone included."""
    side = int(re.search(r'viewBox="0 0 (\d+)', svg).group(1))
    grid = [[0] * side for _ in range(side)]
    for x, y, n in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", svg):
        for i in range(int(n)):
            grid[int(y)][int(x) + i] = 1
    return grid


def picture(grid, path, scale=6):
    with open(path, "wb") as out:
        out.write(b"P5\n%d %d\n255\n" % (len(grid[0]) * scale, len(grid) * scale))
        for row in grid:
            out.write(b"".join((b"\0" if cell else b"\xff") * scale for cell in row) * scale)


def half_blocks(text):
    """The same from the plain text; two rows a line."""
    grid = []
    for line in (l for l in text.splitlines() if l and not l.strip("█▀▄ ")):
        grid.append([c in "▄ " for c in line])
        grid.append([c in "▀ " for c in line])
    return grid


def papers(scratch):
    _, home, it = recorded(scratch)
    rows = {r["notice"]: r for r in home.json("election", "print", it)}
    assert not rows["N06"]["draft"] and rows["N06"]["published"], rows["N06"]
    assert not rows["M03"]["published"]
    assert rows["N10"]["draft"] and rows["N10"]["missing"] > 0 and rows["N10"]["lacks"], rows["N10"]
    on_it = [p for p in home.json("election", "roll", it)["people"] if p["state"] == "in"]
    assert len(on_it) > 0 and not rows["N04"]["draft"], (len(on_it), rows["N04"])
    for form in ([], ["--html"]):
        posted = home.run("election", "print", it, "N04", *form)
        assert all(p["name"] in posted for p in on_it), "the notice is posted with the list"
        assert not any(p["id"] in posted for p in on_it[:50])
    assert rows["N04-2"]["draft"], "nobody has recorded a correction of the list"
    assert rows["N16"]["why"], "the result is not issued before the poll"
    assert "草稿" in home.run("election", "print", it)

    text = home.run("election", "print", it, "N06", "--qr")
    shown = home.json("election", "show", it)
    assert CODE in text, "the village's code stands above"
    assert shown["code"] in text and NAMES in text and "草稿" not in text
    page = scratch.path("N06.html")
    assert home.json("election", "print", it, "N06", "--out", page)["draft"] is False
    html = read(page)
    assert os.stat(page).st_mode & 0o777 == 0o600
    assert "<script" not in html and "&#60;script&#62;alert(1)&#60;/script&#62;" in html
    assert "&#38;&#34;辛代表&#39;" in html
    outside = html.replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:|src=|@import|url\(|<link|javascript:", outside)
    assert "counter(page)" in html and "第 " in html and shown["code"] in html and "草稿" not in html
    draft = home.run("election", "print", it, "N16", "--html")
    assert '<div class="draft">' in draft and '<div class="mark">' in draft and "缺" in draft

    want = f"gridward:{it}:{shown['digest']}"
    grids = {"svg": fields(html), "text": half_blocks(text)}
    same = [[int(cell) for cell in row] for row in grids["text"]][:len(grids["svg"])]
    assert grids["svg"] == same, "the two forms of the code differ"
    if shutil.which("zbarimg"):
        for name, grid in grids.items():
            picture(grid, scratch.path(name + ".pgm"))
            got = subprocess.run(["zbarimg", "--quiet", "--raw", scratch.path(name + ".pgm")],
                                 capture_output=True, text=True, check=True).stdout.strip()
            assert got == want, (name, got, want)
    home.run("election", "print", it, "NOSUCH", status=1)
    home.run("procedure", "new", "--template", "four-two", "--day", day(-20), "credit_code=" + CODE[:-1] + "9", status=2)
    other = home.json("procedure", "new", "--template", "four-two", "--day", day(-20))["id"]
    assert CODE in home.run("procedure", "print", other, "FT1"), "taken from the newest procedure of the place"
    home.run("election", "print", it, "N06", "--pdf", status=2)


def pdf(scratch):
    _, home, it = recorded(scratch)
    bare = dict(home.env, PATH=scratch.path("empty"))
    os.mkdir(scratch.path("empty"))
    out = scratch.path("a.pdf")
    done = subprocess.run([GRIDWARD, "--home", home.dir, "election", "print", it, "N06", "--out", out],
                          env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "PDF" in done.stderr and scratch.path("a.html") in done.stderr, done
    assert not os.path.exists(out) and "辛代表" in read(scratch.path("a.html"))
    fonts = subprocess.run(["sh", "-c", "fc-list :lang=zh-cn family"], capture_output=True, text=True, check=False)
    if shutil.which("weasyprint") and fonts.stdout.strip():
        home.run("election", "print", it, "N06", "--out", out)
        assert open(out, "rb").read(5) == b"%PDF-" and os.stat(out).st_mode & 0o777 == 0o600
    if shutil.which("pdftotext") and os.path.exists(out):
        words = subprocess.run(["pdftotext", "-layout", out, "-"], capture_output=True, text=True, check=True).stdout
        assert "共1页" in words.replace(" ", "").replace("　", "") and "己代表" in words, words


def files_of(folder):
    return {os.path.basename(f): open(f, "rb").read() for f in glob.glob(os.path.join(folder, "*"))}


def check_index(files):
    index = dict(reversed(line.split("  ", 1)) for line in files["99-目录.txt"].decode().splitlines())
    assert set(index) == set(files) - {"99-目录.txt"}, set(index) ^ set(files)
    for name, want in index.items():
        assert hashlib.sha256(files[name]).hexdigest() == want, name


def petition(scratch):
    server, home, it = recorded(scratch)
    folder = scratch.path("answer")
    wrong = next(x for x in home.json("election", "show", it)["slots"] if x["subject"] == "二组")
    home.json("election", "correct", it, wrong["hash"], "names=壬代表", "--reason", "写错了名字")
    told = home.json("election", "petition", it, "--out", folder, "--asked", "村民代表怎么选的？")
    assert told["genuine"] and told["evidence"] and told["notices"] >= 4 and told["kept"] > 0
    assert told["broken"] > 0, "the list was published after the latest day"
    files = files_of(folder)
    check_index(files)
    for name, data in files.items():
        text = data.decode()
        for secret in (OBJECTOR, MATTER, "所述属实", "辛代表", REFUSED):
            assert secret not in text, (name, secret)
    front = files["00-首页.txt"].decode()
    assert "村民代表怎么选的？" in front and "不能证明" in front and home.json("election", "show", it)["code"] in front
    assert "违反" in front or "不合规" in front, front
    gwe = files["05-记录.gwe"].decode()
    assert "己代表" in gwe and "己代表" in files["01-N06.txt"].decode(), "posted names stay"
    names = [p["name"] for p in home.json("election", "roll", it)["people"] if p["state"] == "in"]
    assert not any(n in files["01-N04.txt"].decode() or n in files["01-N04.html"].decode() for n in names), \
        "names of the register stand in no record"
    assert "候选寅" in files["01-N09.txt"].decode() and "候选寅" in gwe, "names of candidates were posted"
    assert "01-M03.txt" not in files, "minutes are not posted"
    rules = files["03-日期.txt"].decode()
    assert "守住" in rules and "未判断" in rules and "第17条" in rules
    verified = home.json("verify", os.path.join(folder, "05-记录.gwe"))
    assert verified["genuine"], verified
    assert told["withheld"] == 1, told  # the second group: its names were corrected, its leader is posted
    home.run("election", "petition", it, "--out", folder, status=1)


def internal_numbers(scratch):
    """A resident's number beside a published name: both stay out of the copy, and the first page says
    why. Recorded apart, by a correction, the name stays in."""
    _, home, it = recorded(scratch)
    for number, name, words, later in (("5", "候选戌", ["resident_id=r-0007"], None),
                                       ("6", "候选亥", [], "resident_id=r-0008")):
        home.json("election", "step", it, "S10", f"name={name}", "post=member", "nominated_by=voters", "woman=0",
                  "verdict=pass", *words, "--subject", number, "--happened", day(5) + " 10:00", "--reason", "补录")
        if later:
            row = next(x for x in home.json("election", "show", it)["slots"]
                       if x["step"] == "S10" and x["subject"] == number)
            home.json("election", "correct", it, row["hash"], later, "--reason", "编号另记")
    folder = scratch.path("numbers")
    told = home.json("election", "petition", it, "--out", folder)
    files = files_of(folder)
    posted, gwe = files["01-N09.txt"].decode(), files["05-记录.gwe"].decode()
    assert "候选戌" in posted and "候选亥" in posted
    assert "候选戌" not in gwe and "候选亥" in gwe
    for name, data in files.items():
        assert b"r-0007" not in data and b"r-0008" not in data, name
    assert told["withheld"] == 1 and told["genuine"], told
    front = files["00-首页.txt"].decode()
    assert "1 条记录看不到已公布的姓名" in front and "内部编号" in front, front


def internal(scratch):
    server, home, it = recorded(scratch)
    home.run("sync", "--once")
    home.run("election", "petition", it, "--out", scratch.path("x"), "--internal", "--reason", "信访复查", status=3)
    assert not os.path.exists(scratch.path("x"))
    auditor = Home(scratch, server, user="auditor-demo", name="auditor")
    auditor.run("sync", "--once")
    auditor.run("election", "petition", it, "--out", scratch.path("x"), "--internal", status=2)
    assert not os.path.exists(scratch.path("x"))
    auditor.json("election", "petition", it, "--out", scratch.path("x"), "--internal", "--reason", "信访复查")
    files = files_of(scratch.path("x"))
    check_index(files)
    everything = files["06-全部记录.txt"].decode()
    assert "【封存】" in everything and MATTER in everything and "丁候补" in everything
    assert "核实【封存】所述属实" in everything, everything
    for name, data in files.items():
        assert name.endswith(".gwe") or OBJECTOR not in data.decode(), name
    assert OBJECTOR in files["05-记录.gwe"].decode()
    log = subprocess.run(["sqlite3", os.path.join(auditor.dir, "gridward.db"),
                          "SELECT what, id, field, reason FROM access_log"], capture_output=True, text=True, check=True)
    assert f"petition|{it}|internal|信访复查" in log.stdout, log.stdout


def id_number(scratch):
    """A record that holds an ID number where none belongs: it leaves in no file."""
    _, home, it = recorded(scratch)
    home.json("election", "step", it, "S02", f"posted_at=公告栏，{NUMBER}")
    home.json("election", "step", it, "S09-1", "entitled=60", "present=20", "agreed=10", "representatives=1",
              "--subject", f"三组{NUMBER}")
    told = home.json("election", "petition", it, "--out", scratch.path("answer"))
    assert not told["evidence"]
    for name, data in files_of(scratch.path("answer")).items():
        assert NUMBER.encode() not in data, name
    assert "身份证号" in read(scratch.path("answer/00-首页.txt"))


def screen(scratch):
    """Key 7 of a procedure: the list, one paper, and what is put into the folder."""
    _, home, it = recorded(scratch)
    console = keep(scratch, Console(home, cols=100, rows=32))
    console.wait("在线")
    console.press("x")
    console.wait("桥头村第十二届")
    console.press("Enter")
    console.wait("7 公告")
    console.press("7")
    console.wait(r"N04 +可出具")
    console.wait(r"N16 +草稿")
    console.press("Down", "Down", "Down", "Down", "Enter")
    console.wait("登记参加第十二届")
    console.press("s")
    console.wait("已写入：")
    console.press("2")
    console.wait("html")
    console.press("Escape")
    console.wait(r"N16 +草稿")
    folder = os.path.join(home.dir, "papers")
    made = sorted(os.listdir(folder))
    assert made == [f"{it}-N04.html", f"{it}-N04.txt"], made
    assert all(os.stat(os.path.join(folder, f)).st_mode & 0o777 == 0o600 for f in made)


def look(scratch):
    """Not part of the tests: PAPER_LOOK=DIR gets pages for a person to look at."""
    _, home, it = recorded(scratch)
    out = os.environ["PAPER_LOOK"]
    os.makedirs(out, exist_ok=True)
    for n in ("N04", "N06", "N16", "M03", "P23", "P26"):
        home.run("election", "print", it, n, "--out", f"{out}/{n}.html")
    home.run("election", "petition", it, "--out", f"{out}/answer", "--asked", "村民代表怎么选的？")


TESTS = [("papers", papers), ("PDF", pdf), ("a petition is answered", petition), ("internal numbers", internal_numbers),
         ("the internal file", internal), ("ID numbers", id_number), ("the screen", screen)]
if __name__ == "__main__":
    run_all(TESTS + ([("look", look)] if "PAPER_LOOK" in os.environ else []))
