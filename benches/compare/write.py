#!/usr/bin/env python3
"""Writes what was measured into the document, each table between its two marks.

    write.py TABLES DOCUMENT

TABLES is the folder that all.sh fills. A mark without a table, or a table without a mark, is a mistake, and nothing is written.
"""

import datetime
import math
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time

BLOCK = re.compile(r"(<!-- measured: ([\w-]+) -->\n).*?(<!-- end -->)", flags=re.S)


def rows(text):
    return "".join(line + "\n" for line in text.splitlines() if line.startswith("|"))


def said(*command):
    """What a command says; a question mark where it can't be asked, as git in a folder that is no checkout."""
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "?"


def durable(folder):
    """How many milliseconds a durable write of 4 KiB takes there, in a file that has its length: the median of 300."""
    took = []
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(bytes(300 * 4096))
        os.fsync(file.fileno())
        for at in range(300):
            begun = time.perf_counter()
            os.pwrite(file.fileno(), b"x" * 4096, at * 4096)
            os.fdatasync(file.fileno())
            took.append(time.perf_counter() - begun)
    return statistics.median(took) * 1000


def machine(folder):
    """Day, machine and build, in two sentences."""
    model = re.search(r"^model name\s*:\s*(.*)$", pathlib.Path("/proc/cpuinfo").read_text(), flags=re.M)
    processor = model[1] if model else platform.machine()
    memory = int(re.search(r"MemTotal:\s*(\d+)", pathlib.Path("/proc/meminfo").read_text())[1]) / 1024 / 1024
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    day = datetime.date.today().strftime("%-d %B %Y")
    commit = said("git", "describe", "--always", "--dirty")
    rust = (said("rustc", "--version").split() + ["?"])[1]
    return f"Measured on {day}: {os.cpu_count()} cores ({processor}), {memory:.0f} GiB, {system}, Rust {rust}, release build of {commit}. A durable write of 4 KiB took {durable(folder):.2f} ms.\n"


def growth(plan, largest):
    """With which power of the caregivers our own CPU time grows from 100k to 5m."""
    cpu = {size: re.search(rf"^\| {size} \| duckdb \|[^|]*\| ([\d.]+) /", text, flags=re.M) for size, text in (("100k", plan), ("5m", largest))}
    power = math.log(float(cpu["5m"][1]) / float(cpu["100k"][1])) / math.log(50)
    return f"From 100k to 5m our own CPU time grows with the power {power:.2f} of the caregivers (5m: three pairs).\n"


def main():
    tables, document = (pathlib.Path(path) for path in sys.argv[1:])
    made = {path.name: path.read_text() for path in tables.iterdir()}
    if "plan-5m" in made:
        made["growth"] = growth(made["plan"], made["plan-5m"])
        made["plan"] += made.pop("plan-5m")
    head = "| caregivers | against | wall | CPU | peak memory |\n| --- | --- | --- | --- | --- |\n"
    shown = {name: text if name == "growth" else rows(text) for name, text in made.items()}
    shown["plan"] = head + shown["plan"].replace("| duckdb |", "| DuckDB |").replace("| python |", "| plain Python |")
    shown["machine"] = machine(tables)
    text = document.read_text()
    marks = [name for _, name, _ in BLOCK.findall(text)]
    # Without the largest size its sentence stays as it was.
    if sorted(marks) != sorted({*shown, "growth"}):
        sys.exit(f"{document} has the marks {sorted(marks)}, and measured was {sorted(shown)}: nothing was written")
    document.write_text(BLOCK.sub(lambda block: f"{block[1]}{shown[block[2]]}{block[3]}" if block[2] in shown else block[0], text))


if __name__ == "__main__":
    main()
