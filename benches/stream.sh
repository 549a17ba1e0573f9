#!/usr/bin/env bash
# How much memory the reading of a large export needs: it grows with the caregivers, not with the file.
#
#   benches/stream.sh [--runs N] [MEGABYTES ...]          30 and 300 when none is named
#
# Each export has the same 20,000 caregivers, again and again: ten times the file must not need ten times the memory.
set -euo pipefail
cd "$(dirname "$0")/.."

runs=3 sizes=()
while [ $# -gt 0 ]; do
  case $1 in
    --runs) runs=${2:?--runs needs a number}; shift 2 ;;
    -*) sed -n '2,6p' "$0"; exit 64 ;;
    *) sizes+=("$1"); shift ;;
  esac
done
[ ${#sizes[@]} -gt 0 ] || sizes=(30 300)
. benches/project.sh

make_project 20k 0 0
echo "| export | wall, median of $runs | CPU | peak memory |"
echo "| ---: | ---: | ---: | ---: |"
for size in "${sizes[@]}"; do
  large=$folder/stream-$size
  if [ ! -e "$large/made" ]; then
    rm -rf "$large"
    cp -r "$project" "$large"
    python3 - "$project" "$large" "$size" <<'PYTHON'
import glob, os, sys
small, large, megabytes = sys.argv[1], sys.argv[2], int(sys.argv[3])
(path,) = glob.glob(os.path.join(small, "roster", "*.csv"))
with open(path, "rb") as file:
    heading, rows = file.readline(), file.read()
with open(os.path.join(large, "roster", os.path.basename(path)), "wb") as file:
    file.write(heading)
    while file.tell() < megabytes * 1_000_000:
        file.write(rows)
PYTHON
    touch "$large/made"
  fi
  python3 benches/measure.py "$runs" "$size MB" "${firstbell[@]}" -C "$large" check
done
