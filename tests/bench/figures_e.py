"""Procedures and elections: what a screen or a verification computes."""
import os
import shutil
import tempfile

from common import TOP, program, run_json


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


def figure_e5(bench):
    for steps in (120, 3000):
        run = overview("open", str(steps))
        bench.table.add("E5", f"opening the screen of an election with {steps:,} records, CPU",
                        f"{run['open_ms']:.1f} ms")
