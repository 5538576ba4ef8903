"""Procedures and elections: what a screen or a verification computes."""
import os
import shutil
import subprocess
import tempfile
import time

import kit
from common import RUNS, TOP, Skip, console_env, median, program, run_json
from peer_git import SignedRepository

RECORDS, SIGNATURES = 10000, 300


def overview(*words):
    """One run of bench_overview in a folder of its own."""
    os.environ["GRIDWARD_RULESDIR"] = os.path.join(TOP, "rules")
    with tempfile.TemporaryDirectory(prefix="gridward-bench-") as folder:
        return run_json([program("bench_overview"), folder, *words])


def figure_e1(bench):
    rules = os.path.join(TOP, "rules")
    runs = {n: run_json([program("bench_evidence"), rules, str(n)]) for n in (1000, 3000, 10000)}
    for n, run in runs.items():
        bench.table.add("E1", f"a procedure of {n:,} steps: order, then all that is said of it, CPU",
                        f"{run['order_ms']:.1f} + {run['judge_ms']:.1f} ms")
    whole = {n: run["order_ms"] + run["judge_ms"] for n, run in runs.items()}
    bench.table.add("E1", "ten times the steps cost", f"{whole[10000] / whole[1000]:.1f} times")


def instructions(bench, kind):
    """Of one result, counted; None without valgrind."""
    valgrind = shutil.which("valgrind")
    if not valgrind:
        return None
    out = os.path.join(bench.peer_dir(f"election.{kind}"), "callgrind.out")
    argv = [program("bench_election"), kind, "10"]
    run = run_json([valgrind, "-q", "--tool=callgrind", "--toggle-collect=elect_result",
                    f"--callgrind-out-file={out}"] + argv)
    total = [line for line in open(out) if line.startswith(("summary:", "totals:"))][0]
    return int(total.split()[1]) / run["results"]


def figure_e2(bench):
    for kind, what in (("plain", "5,000 voters, 60 people, 9 seats"),
                       ("hard", "the same with ties, 120 pairs of kin, three women wanted")):
        run = run_json([program("bench_election"), kind, "2000"])
        counted = instructions(bench, kind)
        told = f", {counted:,.0f} instructions" if counted else ", skipped: valgrind"
        bench.table.add("E2", f"result of an election, {what}: CPU", f"{run['us']:.0f} us{told}")


def figure_e3(bench):
    rules = os.path.join(TOP, "rules")
    runs = {}
    for elsewhere in (0, 100000):
        with tempfile.TemporaryDirectory() as folder:
            runs[elsewhere] = run_json([program("bench_roll"), folder, rules, "6500", str(elsewhere), "21"])
    bench.table.add("E3", f"the voters' roll of a village, {runs[0]['on']:,} on it of {runs[0]['people']:,} "
                    "residents, warm, CPU", f"{runs[0]['p50_ms']:.1f} ms")
    bench.table.add("E3", "the same with 100,000 residents mirrored elsewhere", f"{runs[100000]['p50_ms']:.1f} ms")


def figure_e4(bench):
    run = overview("381", "120")
    bench.table.add("E4", f"overview of {run['rows']} elections of 120 records, all judged, CPU",
                    f"{run['first_ms']:.0f} ms")
    bench.table.add("E4", "the same again the same day, nothing moved, CPU",
                    f"{run['again_ms']:.1f} ms")
    bench.table.add("E4", f"{run['offices']:,} offices filed from them, every procedure read, CPU",
                    f"{run['file_ms']:.0f} ms")
    bench.table.add("E4", "the same again, nothing moved, CPU", f"{run['offices_ms']:.1f} ms")


def figure_e5(bench):
    for steps in (120, 3000):
        run = overview("open", str(steps))
        bench.table.add("E5", f"opening the screen of an election with {steps:,} records, CPU",
                        f"{run['open_ms']:.1f} ms")


# ---- E6
class Took:
    """A process and those it started, to the end: milliseconds of CPU and of the wall."""

    def __init__(self, argv, env, want=None, **who):
        with tempfile.TemporaryFile() as out:
            start = time.monotonic()
            proc = subprocess.Popen(argv, env=env, stdin=subprocess.DEVNULL, stdout=out,
                                    stderr=subprocess.STDOUT, **who)
            _pid, status, used = os.wait4(proc.pid, 0)
            self.wall = (time.monotonic() - start) * 1e3
            proc.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            text = out.read().decode()
        self.cpu = (used.ru_utime + used.ru_stime) * 1e3
        if proc.returncode != 0 or (want is not None and text != want):
            raise AssertionError(f"{' '.join(argv[:4])}: status {proc.returncode}: {text[-200:]}")


def middle(runs):
    cpu, wall = median([r.cpu for r in runs]), median([r.wall for r in runs])
    return cpu, f"{cpu:,.0f} ms (wall {wall:,.0f})"


def verify_command(bench):
    """gridward verify of an export whose records, receipts and signers are all signed."""
    path = bench.scratch.path("verify.gwe")
    run_json([program("bench_verify"), os.path.join(TOP, "rules"), str(RECORDS), path])
    return [kit.GRIDWARD, "verify", path]


def counted(bench, argv, env, name, who):
    """Million instructions of a process; None without valgrind."""
    valgrind = shutil.which("valgrind")
    if not valgrind:
        return None
    out = os.path.join(bench.peer_dir(f"callgrind.{name}"), "out")
    Took([valgrind, "-q", "--tool=callgrind", f"--callgrind-out-file={out}", *argv], env, **who)
    with open(out) as lines:
        total = [line for line in lines if line.startswith(("summary:", "totals:"))][0]
    return int(total.split()[1]) / 1e6


def signed_repository(bench):
    """None when its programs are not installed, which it says."""
    try:
        return bench.once(f"repository of {RECORDS:,} signed commits",
                          lambda: SignedRepository(bench, RECORDS))
    except Skip as missing:
        print(f"    skipped: {missing}", flush=True)
        return None


def figure_e6(bench):
    argv, env = verify_command(bench), console_env()
    repo = signed_repository(bench)
    ours, fsck, signed, alone = [], [], [], []
    for _ in range(RUNS):
        ours.append(Took(argv, env))
        if repo:
            fsck.append(Took(repo.fsck, repo.env, **repo.who))
            signed.append(Took(repo.argv("log", f"-{SIGNATURES}", "--format=%G?"), repo.env,
                               "G\n" * SIGNATURES, **repo.who))
            alone.append(repo.check_alone())
    what, (cpu, text) = f"verify of {RECORDS:,} steps", middle(ours)
    if repo:
        tell_e6(bench, what, cpu, text, (fsck, signed, alone))
    else:
        bench.table.add("E6", what + ", CPU", text)
    mine = counted(bench, argv, env, "verify", {})
    theirs = counted(bench, repo.fsck, repo.env, "fsck", repo.who) if repo else None
    bench.table.add("E6", what + ", million instructions, beside fsck alone",
                    f"{mine:,.0f}" if mine else "skipped: valgrind",
                    f"git fsck {theirs:,.0f}" if theirs else "",
                    mine / theirs if mine and theirs else None)


def tell_e6(bench, what, cpu, text, peer):
    fsck, signed, alone = peer
    fsck_cpu, fsck_text = middle(fsck)
    sign_cpu = median([r.cpu for r in signed]) / SIGNATURES
    sign_wall = median([r.wall for r in signed]) / SIGNATURES
    whole, bare = fsck_cpu + sign_cpu * RECORDS, fsck_cpu + median(alone)
    bench.table.add("E6", what + ", CPU, beside fsck and git's check of the signatures",
                    text, f"git fsck + log %G? {whole:,.0f} ms (scaled from {SIGNATURES})",
                    cpu / whole)
    bench.table.add("E6", "the same beside fsck alone, no signature checked", text,
                    f"git fsck {fsck_text}", cpu / fsck_cpu)
    bench.table.add("E6", "the same beside fsck and the signatures in one process (no git does it)",
                    text, f"git fsck + libsodium {bare:,.0f} ms", cpu / bare)
    bench.table.add("E6", "a record: all of verify beside git's check of one signature, CPU",
                    f"{cpu / RECORDS * 1e3:,.0f} us",
                    f"git log %G? {sign_cpu * 1e3:,.0f} us (wall {sign_wall * 1e3:,.0f})",
                    cpu / RECORDS / sign_cpu)
