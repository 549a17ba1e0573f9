#!/usr/bin/env python3
"""Plans projects with their state in a file and in a database, in turns, and prints a row of a table for each.

    postgres.py --runs N FOLDER SIZE … -- FIRSTBELL …

The state is moved by `state migrate`; the two plans must say the same. Whole-process figures; the server's own time is in the
wall time alone.
"""

import argparse
import datetime
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from measure import run, shown  # noqa: E402

LINE = "state: {store: postgres, url: {env: FIRSTBELL_STATE_URL}}\n"


def database(name):
    server = os.environ["FIRSTBELL_TEST_POSTGRES"]
    subprocess.run(["psql", "-q", f"{server}/postgres", "-c", f'CREATE DATABASE "{name}"'], check=True)
    return f"{server}/{name}"


def moved(firstbell, project):
    """The project's copy with the state in a database."""
    copy = project.with_name(project.name + "-postgres")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(project, copy)
    os.environ["FIRSTBELL_STATE_URL"] = database(project.name)
    subprocess.run([*firstbell, "-C", str(copy), "state", "migrate", "--to", "postgres"], check=True, stdout=subprocess.DEVNULL)
    rollout = re.sub(r"^state:.*\n", "", (copy / "rollout.yaml").read_text(), flags=re.M)
    (copy / "rollout.yaml").write_text(rollout + LINE)
    return copy


def said(firstbell, project, now):
    """What the plan says at this moment: a minute later it says that the roster is a minute older."""
    plan = [*firstbell, "--now", now, "-C", str(project), "plan", "--offline", "--summary"]
    text = subprocess.run(plan, check=True, capture_output=True).stdout
    return [line for line in text.decode().splitlines() if not line.startswith(("State ", "Rollout "))]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("sizes", nargs="+")
    at = sys.argv.index("--")
    args, firstbell = parser.parse_args(sys.argv[1:at]), sys.argv[at + 1:]
    print("| caregivers | state in a file | in PostgreSQL | ratio | memory |")
    print("| ---: | ---: | ---: | ---: | ---: |")
    for size in args.sizes:
        project = args.folder / f"{size}-0.6-0.6"
        copy = moved(firstbell, project)
        now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if said(firstbell, project, now) != said(firstbell, copy, now):
            sys.exit(f"{size}: the two plans differ")
        pairs = []
        for _ in range(args.runs):
            pairs.append(tuple(run([*firstbell, "-C", str(at), "plan", "--offline", "--summary"]) for at in (project, copy)))
        file, there = (statistics.median(pair[which][0] for pair in pairs) for which in (0, 1))
        ratio = statistics.median(pair[1][0] / pair[0][0] for pair in pairs)
        memory = [max(pair[which][2] for pair in pairs) for which in (0, 1)]
        print(f"| {size} | {shown(file)} | {shown(there)} | **{ratio:.2f}** | {memory[0]:,.0f} and {memory[1]:,.0f} MiB |", flush=True)
        shutil.rmtree(copy)


if __name__ == "__main__":
    main()
