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

from kit import TOP, Home, Server, keep, run_all

OBJECTOR, MATTER = "冯申诉", "认为周某不应列入名单"
CHAIR, MEMBERS, RESERVES = "甲主任", "乙委员、丙委员", "丁候补"
LEADER, NAMES = "戊组长", "己代表、庚代表"
HOSTILE = "<script>alert(1)</script>&\"辛代表'"
NUMBER = "500112199001011234"


def day(back):
    return (datetime.date.today() - datetime.timedelta(days=back)).isoformat()


def recorded(scratch):
    """An election with a committee, a list, an objection and a decision on it; its id."""
    server = keep(scratch, Server(scratch)).start()
    home = Home(scratch, server, user="clerk-demo")
    home.run("sync", "--once")
    made = home.json("election", "new", "--kind", "village", "--polling-day", day(-20), "--anyway", "--reason",
                     "测试", "title=桥头村第十二届村民委员会换届选举", "place=桥头村", "--term", "第十二届", "--seats", "3")
    it = made["id"]

    def step(name, back, *words, subject=None):
        more = ["--subject", subject] if subject else []
        return home.json("election", "step", it, name, *words, *more, "--happened", day(back) + " 10:00",
                         "--reason", "补录")

    step("S03", 40, "method=representatives", f"chair={CHAIR}", f"members={MEMBERS}", f"reserves={RESERVES}",
         "size=3", "entitled=40", "present=36", "minutes=paper", "signin=paper")
    step("S04", 39, "method=candidates", "chair_seats=1", "deputy_seats=0", "member_seats=2", "entitled=40",
         "present=36", "agreed=35")
    step("S06", 9, f"published_on={day(9)}", "posted_at=村公告栏", "registered=612", "list=paper", "photo=paper")
    step("S07", 8, f"received_on={day(8)}", f"objector={OBJECTOR}", "about=should_not", f"matter={MATTER}", subject="1")
    step("S08", 7, f"decided_on={day(7)}", "decision=accepted", f"published_on={day(7)}",
         f"reason=核实{OBJECTOR}所述属实", subject="1")
    step("S09-1", 6, f"leader={LEADER}", f"names={NAMES}", "entitled=60", "present=45", "agreed=40",
         "representatives=2", subject="一组")
    step("S09-1", 6, f"leader={LEADER}", f"names={HOSTILE}", "entitled=60", "present=45", "agreed=40",
         "representatives=1", subject="二组")
    step("S09", 6, f"published_on={day(6)}", "households=300", "representatives=3", "women=1", "meeting_members=6",
         "leaders=2")
    return server, home, it


def test_look(scratch):
    server, home, it = recorded(scratch)
    print(home.run("election", "print", it))
    out = os.environ.get("PAPER_LOOK", "/tmp/paper/look")
    os.makedirs(out, exist_ok=True)
    for n in ("N04", "N06", "N16", "M03", "P23", "P26", "P25", "N17"):
        home.run("election", "print", it, n, "--out", f"{out}/{n}.html")
        home.run("election", "print", it, n, "--out", f"{out}/{n}.txt", "--qr")
        home.run("election", "print", it, n, "--out", f"{out}/{n}.pdf")


if __name__ == "__main__":
    run_all([("look", test_look)])
