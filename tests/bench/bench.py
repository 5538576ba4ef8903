"""make bench: gridward and its peers on the same work, in the same run.

    bench.py [--out FILE] [FIGURE…]

One line a figure as it is taken, and one Markdown table at the end, which --out also keeps in a
file. Ratios stand with the absolute numbers beside them; docs/bench.md says how each is measured. A
figure that cannot be taken says why and the others go on; then the exit status is 1."""
import argparse
import os
import platform
import signal
import sys
import time
import traceback

from common import RESIDENTS, Bench, Skip
from figures_a import figure_a1, figure_a3
from figures_b import figure_b1, figure_b3
from figures_e import figure_e1, figure_e2, figure_e3, figure_e4, figure_e5, figure_e6
from figures_m import figure_m1, figure_m2
from figures_t import figure_t1, figure_t2, figure_t3

# A1 and B come before there are 10,000 alarms in the store
FIGURES = {"A1": figure_a1, "B1": figure_b1, "B3": figure_b3, "A3": figure_a3, "T1": figure_t1,
           "T2": figure_t2, "T3": figure_t3, "M1": figure_m1, "M2": figure_m2,
           "E1": figure_e1, "E2": figure_e2, "E3": figure_e3, "E4": figure_e4, "E5": figure_e5,
           "E6": figure_e6}


def arguments():
    parser = argparse.ArgumentParser(prog="tests/bench/run.sh")
    parser.add_argument("--out", metavar="FILE", help="keeps the table there, as Markdown")
    parser.add_argument("figures", metavar="FIGURE", nargs="*",
                        help=" ".join(FIGURES) + "; all when none is named")
    found = parser.parse_args()
    unknown = set(found.figures) - set(FIGURES)
    if unknown:
        parser.error("no such figure: " + " ".join(sorted(unknown)))
    return found


def take(bench, name, start):
    """One figure; False = it could not be taken."""
    began = time.monotonic()
    print(f"{name} ({began - start:.0f} s)", flush=True)
    try:
        FIGURES[name](bench)
    except Skip as missing:
        print(f"    skipped: {missing}", flush=True)
    except Exception as trouble:  # the other figures are worth having
        bench.table.add(name, "not measured", (str(trouble).splitlines() or ["?"])[0][:100])
        traceback.print_exc()
        return False
    finally:
        print(f"    [{name}: {time.monotonic() - began:.0f} s]", flush=True)
    return True


def report(bench, seconds):
    machine = (f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, Linux {platform.release()}, "
               f"load {os.getloadavg()[2]:.1f} over the last 15 minutes, {RESIDENTS:,} residents, "
               f"{seconds:.0f} s in all")
    return machine + "\n\n" + bench.table.markdown()


def stop(_signal, _frame):
    raise SystemExit(130)  # through the finally clauses: nothing is left behind


def main():
    wanted = arguments()
    if wanted.out:
        open(wanted.out, "a").close()  # a path that cannot be written is known now, not at the end
    for sig in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sig, stop)
    start = time.monotonic()
    bench = Bench()
    try:
        good = [take(bench, name, start) for name in FIGURES
                if not wanted.figures or name in wanted.figures]
    finally:  # stopped early: what was measured until then is worth having
        bench.end()
        text = report(bench, time.monotonic() - start)
        print("\n" + text, end="")
        if wanted.out:
            with open(wanted.out, "w") as out:
                out.write(text)
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
