#!/usr/bin/env python3
"""Runs a command a few times after a warm-up and prints one row of the table of `benches/plan.sh`.

Whole-process figures from wait4(2), as /usr/bin/time -v shows them. The child begins as a copy of this program, so a peak
below this program's own (about 10 MiB) can't be seen.
"""

import os
import pathlib
import statistics
import sys
import time


def run(command):
    """Seconds on the clock and MiB at the peak."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        begun = time.perf_counter()
        child = os.posix_spawnp(command[0], command, os.environ,
                               file_actions=[(os.POSIX_SPAWN_DUP2, nowhere.fileno(), 1)])
        _, status, used = os.wait4(child, 0)
        wall = time.perf_counter() - begun
    code = os.waitstatus_to_exitcode(status)
    if code != 0:
        sys.exit(f"exit code {code}: {' '.join(command)}")
    return wall, used.ru_maxrss / 1024


def main():
    runs, project, command = int(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3:]
    run(command)
    figures = [run(command) for _ in range(runs)]
    wall = statistics.median(seconds for seconds, _ in figures)
    peak = max(mib for _, mib in figures)
    shown = f"{wall * 1000:.0f} ms" if wall < 1 else f"{wall:.2f} s"
    # Counted afterwards: what this program holds while it starts a child would count as the child's.
    caregivers, links = count(project / "roster/caregivers.csv")
    record = project / "adopt.csv"
    recorded = record.read_bytes().count(b"\n") - 1 if record.exists() else 0
    print(f"| {caregivers:,} | {recorded:,} | {links:,} | {shown} | {peak:,.0f} MiB |", flush=True)


def count(path):
    """Caregivers and links of a roster."""
    caregivers, links = set(), 0
    with open(path, "rb") as roster:
        next(roster)
        for line in roster:
            caregivers.add(line.split(b",", 6)[5])
            links += 1
    return len(caregivers), links


if __name__ == "__main__":
    main()
