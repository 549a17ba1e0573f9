#!/usr/bin/env bash
# How fast an apply goes: accounts created in the sandbox, letters written to the outbox folder, every one durable.
#
#   benches/apply.sh [SIZE ...]        sizes: 1400 20k when none is named
#
# The figures depend on the disk more than on the program: commits wait for it.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- 1400 20k
. benches/project.sh

echo "| letters | wall | CPU | letters a second | commits a letter | peak memory |"
echo "| ---: | ---: | ---: | ---: | ---: | ---: |"
for size in "$@"; do
  project=$folder/apply-$size
  rm -rf "$project"
  python3 benches/make_roster.py --caregivers "$size" --out "$project"
  python3 - "$project" "${firstbell[@]}" <<'PYTHON'
import pathlib, re, sys
sys.path.insert(0, "benches")
from measure import run, shown
project = pathlib.Path(sys.argv[1])
wall, cpu, peak = run(sys.argv[2:] + ["-C", str(project), "apply", "--auto-approve", "--summary"])
letters = sum(1 for _ in project.glob("outbox/*.eml"))
commits = int(re.search(r"serial: (\d+)", (project / "rollout.lock").read_text())[1])
print(f"| {letters:,} | {shown(wall)} | {shown(cpu)} | {letters / wall:,.0f} | {commits / letters:.2f} | {peak:,.0f} MiB |")
PYTHON
done
