#!/usr/bin/env python3
"""Runs a command a few times after a warm-up and prints one row of a table of `benches/plan.sh` or `benches/apply.sh`.

    measure.py RUNS "first cells" COMMAND …

Whole-process figures from wait4(2), as /usr/bin/time -v shows them: medians of wall and CPU seconds, the largest peak. The
child begins as a copy of this program, so a peak below this program's own (about 10 MiB) can't be seen.
"""

import os
import statistics
import sys
import time


def run(command, out=None):
    """Wall seconds, CPU seconds and MiB at the peak of one run."""
    with open(out or os.devnull, "w", encoding="utf-8") as written:
        begun = time.perf_counter()
        child = os.posix_spawnp(command[0], command, os.environ,
                                file_actions=[(os.POSIX_SPAWN_DUP2, written.fileno(), 1)])
        _, status, used = os.wait4(child, 0)
        wall = time.perf_counter() - begun
    code = os.waitstatus_to_exitcode(status)
    if code != 0:
        sys.exit(f"exit code {code}: {' '.join(command)}")
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def shown(seconds):
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"


def main():
    runs, cells, command = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
    run(command)
    figures = [run(command) for _ in range(runs)]
    wall, cpu = (statistics.median(figure[which] for figure in figures) for which in (0, 1))
    peak = max(figure[2] for figure in figures)
    print(f"| {cells} | {shown(wall)} | {shown(cpu)} | {peak:,.0f} MiB |", flush=True)


if __name__ == "__main__":
    main()
