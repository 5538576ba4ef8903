"""Procedures and elections: what a screen or a verification computes."""
import os
import shutil

from common import TOP, program, run_json


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
