#!/usr/bin/env python3
"""Work that travels on a stick: a clerk who is never online, two clerks without a server, files that
were cut, changed, or are for somebody else."""
import json
import os

from kit import Home, Server, keep, run_all


def digest(home, process):
    """Digest and count of the set that a laptop holds, by its own export and `verify`."""
    path = os.path.join(home.dir, "x.gwe")
    home.run("election", "export", process, "--out", path)
    report = home.json("verify", path)
    assert report["genuine"], report
    return report["digest"], report["count"]


def elect(home):
    home.run("election", "new", "--kind", "community", "--polling-day", "2031-11-15", "--anyway",
             "--reason", "test")
    return home.json("election", "list")[0]["id"]


def states(home):
    return [e["state"] for e in home.json("journal", "list")]


def through_the_server(server, home, name):
    """Export, take in at the server (running or not), import; the three reports."""
    out, reply = os.path.join(home.dir, name + ".gwb"), os.path.join(home.dir, name + ".reply.gwb")
    exported = home.json("journal", "export", out)
    taken = json.loads(server.admin("bundle", out, "--reply", reply, "--json"))
    assert taken["lines"] == exported["lines"]
    assert open(out, "rb").read(8) == b"\x89GWB\r\n\x1a\n"
    assert os.stat(out).st_mode & 0o777 == 0o600
    return exported, taken, home.json("journal", "import", reply), reply


def by_stick_only(scratch):
    """Enrolled once, then never online: reads, writes and gets its results by stick."""
    server = keep(scratch, Server(scratch)).start()
    one = Home(scratch, server, "clerk-demo", "one")
    two = Home(scratch, server, "clerk2-demo", "two")
    one.run("sync")
    process = elect(one)
    assert states(one) == ["applied"]
    _, taken, got, _ = through_the_server(server, two, "first")  # beside the serving process
    assert taken["full"] and got["rows"] > 50 and got["taken"] == 0, (taken, got)
    server.kill(15)
    assert two.json("election", "list")[0]["id"] == process
    two.run("election", "step", process, "S02", "published_on=2026-10-01", "posted_at=公告栏")
    two.run("election", "step", process, "S05", "hukou=700")
    assert states(two) == ["pending", "pending"]
    _, taken, got, reply = through_the_server(server, two, "second")
    assert taken["results"] == {"applied": 2} and not taken["full"], taken
    assert (got["lines"], got["taken"], got["stale"]) == (2, 2, False), got
    assert states(two) == ["applied", "applied"]
    again = two.json("journal", "import", reply)
    assert (again["taken"], again["known"], again["rows"]) == (0, 2, 0), again
    server.start()
    one.run("sync")
    assert digest(one, process) == digest(two, process)
    assert digest(one, process)[1] == 3


def two_clerks(scratch):
    """Two clerks exchange a procedure while there is no server; then both synchronise."""
    server = keep(scratch, Server(scratch)).start()
    one = Home(scratch, server, "clerk-demo", "one")
    two = Home(scratch, server, "clerk2-demo", "two")
    one.run("sync")
    process = elect(one)
    two.run("sync")
    two.run("election", "step", process, "S01", "guidance_document=川府〔2031〕1号",
            "term_ends_on=2031-12-31")
    one.run("sync")  # now each is known to the other as a signer
    server.kill(15)
    one.run("election", "step", process, "S02", "published_on=2026-10-01", "posted_at=公告栏")
    two.run("election", "step", process, "S05", "hukou=700")
    a, b = scratch.path("a.gwb"), scratch.path("b.gwb")
    assert one.json("election", "bundle", process, "--out", a)["lines"] == 3
    first = two.json("merge", a)
    assert (first["taken"], first["known"], first["refused"]) == (1, 2, 0), first
    assert two.json("merge", a)["taken"] == 0
    two.run("election", "step", process, "S06", "published_on=2026-10-20", "registered=690",
            "posted_at=公告栏")
    assert two.json("election", "bundle", process, "--out", b)["lines"] == 5
    assert one.json("merge", b)["taken"] == 2
    assert digest(one, process) == digest(two, process)
    assert digest(one, process)[1] == 5
    server.start()
    for home in (two, one, two):  # two brings one's record too; one brings it again
        home.run("sync")
    assert digest(one, process) == digest(two, process)
    assert digest(one, process)[1] == 5
    assert set(states(one)) == set(states(two)) == {"applied"}
    shown = [home.json("election", "show", process) for home in (one, two)]
    assert shown[0] == shown[1]
    assert one.json("merge", b)["taken"] == 0  # late: nothing
    checkpoint(one, two, process)


def checkpoint(one, two, process):
    """Its hash is where the message of cosign says, and the second person signs it by that."""
    before = one.json("election", "show", process)
    assert before["checkpoints"] == []
    two.run("election", "cosign", process, "0" * 8, status=1)
    assert "show --json" in two.err, two.err
    one.run("election", "checkpoint", process)
    two.run("sync")
    point, = two.json("election", "show", process)["checkpoints"]
    assert (point["user"], point["count"], point["digest"], point["cosigned_by"]) == (
        "clerk-demo", before["count"], before["digest"], []), point
    assert point["recorded_at"] > 0 and point["dev"] == one.json("status")["device"]
    text = two.run("election", "show", process)
    assert "一人已签" in text and point["hash"][:8] in text, text
    two.run("election", "cosign", process, point["hash"][:8])
    point, = two.json("election", "show", process)["checkpoints"]
    assert point["cosigned_by"] == ["clerk2-demo"], point
    assert "两人已签" in two.run("election", "show", process)


def photo(scratch, name, size):
    path = scratch.path(name)
    with open(path, "wb") as out:
        out.write(b"\xff\xd8\xff\xe0" + os.urandom(size - 4))
    return path


def blobs(home):
    return {b["commit"]: b["state"] for b in home.json("blob", "list")}


def photos_by_stick(scratch):
    """A clerk who was just enrolled and has never been online takes photos; a colleague gets them by
    stick, and brings them and the records to the server, by stick as well."""
    server = keep(scratch, Server(scratch)).start()
    one = Home(scratch, server, "clerk-demo", "one")
    two = Home(scratch, server, "clerk2-demo", "two")
    two.run("sync")
    two.run("election", "new", "--kind", "village", "--polling-day", "2031-11-15", "--anyway", "--reason", "test")
    two.run("sync")  # the server knows two as a signer, and one has never signed
    server.kill(15)
    one_dev = one.json("status")["device"]
    two_dev = two.json("status")["device"]
    _, _, _, _ = through_the_server(server, one, "first")
    process = one.json("election", "new", "--kind", "community", "--polling-day", "2031-11-15",
                       "--anyway", "--reason", "test")["id"]
    small, big = photo(scratch, "small.jpg", 300000), photo(scratch, "big.jpg", 9 * 1024 * 1024)
    one.run("election", "step", process, "S02", "published_on=2026-10-01", "posted_at=公告栏",
            "--attach", "photo=" + small)
    a, b = scratch.path("a.gwb"), scratch.path("b.gwb")
    report = one.json("election", "bundle", process, "--to", two_dev, "--out", a)
    assert (report["lines"], report["attachments"], report["attachments_left"]) == (2, 1, 0), report
    one.run("election", "step", process, "S06", "published_on=2026-10-20", "registered=690",
            "posted_at=公告栏", "--attach", "photo=" + big)
    report = one.json("election", "bundle", process, "--to", two_dev, "--out", b)
    assert (report["attachments"], report["attachments_left"]) == (0, 2), report
    one.run("election", "bundle", process, "--to", two_dev, "--attachments", "some", "--out", b, status=2)
    text = one.run("election", "bundle", process, "--to", two_dev, "--out", b)
    assert "2" in text and "--attachments" in text, text
    got = two.json("merge", a)
    assert (got["taken"], got["refused"], got["signers"], got["attachments"]) == (2, 0, 1, 1), got
    commit = next(iter(blobs(two)))
    assert blobs(two) == {commit: "pending"}
    out = scratch.path("out.jpg")
    two.run("blob", "get", commit, "--out", out)
    assert open(out, "rb").read() == open(small, "rb").read()
    assert one.json("election", "bundle", process, "--to", two_dev, "--attachments", "all", "--out", b)["attachments"] == 2
    got = two.json("merge", b)
    assert (got["taken"], got["attachments"]) == (1, 1), got
    assert digest(one, process) == digest(two, process)
    exported, taken, got, _ = through_the_server(server, two, "both")
    assert (exported["attachments"], exported["attachments_left"]) == (0, 2), exported
    out, reply = scratch.path("all.gwb"), scratch.path("all.reply.gwb")
    two.run("journal", "export", out, "--attachments", "all")
    taken = json.loads(server.admin("bundle", out, "--reply", reply, "--json"))
    assert (taken["attachments"], taken["attachments_left"]) == (2, 0), taken
    assert two.json("journal", "import", reply)["attachments"] == 2
    assert set(blobs(two).values()) == {"done"}
    folder = server.store.removeprefix("sqlite:") + "-blobs"
    assert sorted(os.listdir(folder)) == sorted(blobs(two)), os.listdir(folder)
    server.start()
    one.run("sync")  # one's own queue finds that all is there
    assert set(blobs(one).values()) == {"done"}
    assert one.json("election", "show", process)["unsent"] in (0, False)
    assert one_dev != two_dev


def refusals(scratch):
    """Each a sentence and an exit status; nothing half taken."""
    server = keep(scratch, Server(scratch)).start()
    one = Home(scratch, server, "clerk-demo", "one")
    two = Home(scratch, server, "clerk2-demo", "two")
    one.run("sync")
    process = elect(one)
    out, bad = scratch.path("out.gwb"), scratch.path("bad.gwb")
    one.run("journal", "export", out)
    data = open(out, "rb").read()
    for broken in (data[:-1], data[: len(data) // 2], data + b"\n", data[:200] + b"x" + data[201:],
                   b"", b"hello", bytes(1000)):
        with open(bad, "wb") as file:
            file.write(broken)
        server.admin("bundle", bad, "--reply", scratch.path("r.gwb"), status=2)
        one.run("journal", "import", bad, status=2 if broken[:8] != data[:8] or len(broken) < 30 else None)
        assert one.code in (2, 3) and one.err.strip(), broken[:20]
    assert not os.path.exists(scratch.path("r.gwb"))
    one.run("journal", "import", out, status=3)  # sealed for the server
    assert "server" in one.err, one.err
    reply = scratch.path("r.gwb")
    server.admin("bundle", out, "--reply", reply)
    two.run("journal", "import", reply, status=3)
    one.run("merge", reply, status=2)
    assert "journal import" in one.err, one.err
    server.admin("bundle", scratch.path("none.gwb"), "--reply", reply, status=1)
    one.run("election", "bundle", process, "--out", bad, status=1)  # nobody else has signed
    one.run("election", "bundle", process, "--to", "nobody", "--out", bad, status=3)
    one.run("election", "bundle", process, status=2)
    one.run("election", "bundle", "no-such", "--to", "x", "--out", bad, status=None)
    assert one.code in (1, 3)
    one.run("journal", "export", os.path.join(scratch.dir, "no", "such", "folder"), status=5)
    one.run("journal", "export", status=2)
    one.run("merge", "a", "b", status=2)
    one.run("journal", "import", scratch.path("none.gwb"), status=1)


if __name__ == "__main__":
    run_all([(name.__name__.replace("_", " "), name) for name in (
        by_stick_only, two_clerks, photos_by_stick, refusals)])
