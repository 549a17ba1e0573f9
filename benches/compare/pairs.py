#!/usr/bin/env python3
"""Plans a project with firstbell and with each peer: equal counts first, then A B A B … and the ratios pair by pair.

    pairs.py [--runs N] [--whole] --size NAME --peers NAMES --duckdb PYTHON PROJECT -- FIRSTBELL …

Whole-process figures from wait4(2), as /usr/bin/time -v shows them. A child's peak can't read below this program's own (about
15 MiB). Prints rows of a markdown table.
"""

import argparse
import csv
import json
import os
import pathlib
import re
import statistics
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
HELD = {"no-access": "held_no_access", "email-taken": "held_taken", "no-email": "held_no_email", "malformed-email": "held_malformed",
        "conflicting-emails": "held_conflicting", "shared-email": "held_shared"}


def run(command):
    """Wall seconds, CPU seconds, MiB at the peak, and what it printed."""
    with tempfile.TemporaryFile() as out:
        begun = time.perf_counter()
        child = os.posix_spawnp(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, out.fileno(), 1)])
        _, status, used = os.wait4(child, 0)
        wall = time.perf_counter() - begun
        out.seek(0)
        text = out.read().decode()
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"exit code {os.waitstatus_to_exitcode(status)}: {' '.join(command)}")
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, text


def number(pattern, text):
    found = re.search(pattern, text, re.M)
    return int(found[1].replace(",", "")) if found else 0


def counts_of(text):
    """What firstbell's summary says, under the peers' names."""
    last = re.search(r"^Plan: .*$", text, re.M)[0]
    counts = {word: number(rf"([\d,]+) to {word}", last) for word in ("create", "reset", "adopt", "update")}
    counts |= {name: number(rf"^  {code} \(([\d,]+)\)", text) for code, name in HELD.items()}
    counts["active"] = number(r"^ *([\d,]+) active$", text)
    counts["revoked"] = number(r"^ *([\d,]+) active, without a child", text)
    counts["gone"] = number(r"^ *([\d,]+) gone from the roster", text)
    held, unchanged = number(r"([\d,]+) held", last), number(r"^Unchanged: ([\d,]+)", text)
    # A reason or a kind that no peer knows must not go unnoticed.
    assert held == sum(counts[name] for name in HELD.values()), text
    assert unchanged == counts["active"] + counts["revoked"] + counts["gone"], text
    return counts


def equal(ours, theirs, peer):
    """Ends the program where a count differs."""
    other = {key: (count, theirs[key]) for key, count in ours.items() if theirs[key] != count}
    if other:
        sys.exit(f"firstbell and {peer} disagree: {other}")


def acts_of(path):
    """The whole plan: who, what, which cohort."""
    plan = json.loads(pathlib.Path(path).read_text())
    year = lambda one: int((one.get("cohort") or "year-0").removeprefix("year-"))
    acts = {(one["caregiver"], one["actions"][0], year(one)) for one in plan["changes"]}
    return acts | {(one["caregiver"], HELD[one["code"]], year(one)) for one in plan["held"]}


def whole(firstbell, project, peer, command):
    with tempfile.TemporaryDirectory() as folder:
        text = run(firstbell + ["-C", project, "plan", "--offline", "--personal", "full", "--format", "json"])[3]
        pathlib.Path(folder, "ours.json").write_text(text)
        ours = acts_of(f"{folder}/ours.json")
        run(command + ["--out", f"{folder}/theirs.csv"])
        with open(f"{folder}/theirs.csv", newline="", encoding="utf-8") as file:
            theirs = {(row["id"], row["act"], int(row["cohort"])) for row in csv.DictReader(file)}
    if ours != theirs:
        sys.exit(f"firstbell and {peer} disagree on {len(ours ^ theirs)}, such as {sorted(ours ^ theirs)[:5]}")
    print(f"{len(ours):,} people, the same in both plans: firstbell and {peer}")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--whole", action="store_true")
    options.add_argument("--size", required=True)
    options.add_argument("--peers", required=True)
    options.add_argument("--duckdb", required=True)
    options.add_argument("project")
    options.add_argument("firstbell", nargs="+")
    chosen = options.parse_args()
    ours = chosen.firstbell + ["-C", chosen.project, "plan", "--offline", "--summary", "--personal", "full"]
    for peer in chosen.peers.split():
        interpreter = chosen.duckdb if peer == "duckdb" else sys.executable
        theirs = [interpreter, str(HERE / f"{peer}_plan.py"), chosen.project]
        if chosen.whole:
            whole(chosen.firstbell, chosen.project, peer, theirs)
            continue
        equal(counts_of(run(ours)[3]), json.loads(run(theirs)[3].splitlines()[-1]), peer)  # the warm-up runs
        pairs = [(run(ours)[:3], run(theirs)[:3]) for _ in range(chosen.runs)]
        cells = [chosen.size, peer]
        for which, unit in ((0, "s"), (1, "s"), (2, "MiB")):
            a, b = (statistics.median(pair[side][which] for pair in pairs) for side in (0, 1))
            ratio = statistics.median(pair[0][which] / pair[1][which] for pair in pairs)
            form = ".0f" if unit == "MiB" else ".3f"
            cells.append(f"{a:{form}} / {b:{form}} {unit} = **{ratio:.2f}**")
        print(f"| {' | '.join(cells)} |", flush=True)


main()
