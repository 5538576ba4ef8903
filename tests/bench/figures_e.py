"""Procedures and elections: what a screen or a verification computes."""
import os

from common import TOP, program, run_json


def figure_e1(bench):
    rules = os.path.join(TOP, "rules")
    runs = {n: run_json([program("bench_evidence"), rules, str(n)]) for n in (1000, 3000, 10000)}
    for n, run in runs.items():
        bench.table.add("E1", f"a procedure of {n:,} steps: order, then all that is said of it, CPU",
                        f"{run['order_ms']:.1f} + {run['judge_ms']:.1f} ms")
    whole = {n: run["order_ms"] + run["judge_ms"] for n, run in runs.items()}
    bench.table.add("E1", "ten times the steps cost", f"{whole[10000] / whole[1000]:.1f} times")
