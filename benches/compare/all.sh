#!/usr/bin/env bash
# Measures all that docs/performance.md shows, one after the other on this machine, and writes the tables there, with day and machine.
#
#   benches/compare/all.sh [--runs N] [--largest 1m|5m]      5 runs, and half an hour; up to 5m it is an hour
#
# The machine should have nothing else to do. What was measured lies in target/bench/tables until all of it is there.
set -euo pipefail
cd "$(dirname "$0")/../.."

runs=5 largest=1m
while [ $# -gt 0 ]; do
  case $1 in
    --runs) runs=${2:?--runs needs a number}; shift 2 ;;
    --largest) largest=${2:?--largest needs a size}; shift 2 ;;
    *) sed -n '2,6p' "$0"; exit 64 ;;
  esac
done
. benches/project.sh
tables=$folder/tables
rm -rf "$tables"
mkdir -p "$tables"

# measure NAME COMMAND...: what the command prints becomes the table of this name.
measure() {
  local name=$1
  shift
  echo "== $name: $*" >&2
  "$@" | tee "$tables/$name.part" >&2
  mv "$tables/$name.part" "$tables/$name"
}

measure plan benches/compare/plan.sh --runs "$runs" 10k 100k 1m
if [ "$largest" = 5m ]; then
  measure plan-5m benches/compare/plan.sh --runs 3 --peers duckdb 5m
fi
measure sandbox benches/plan.sh --runs "$runs" 1400 100k 1m
measure postgres benches/compare/postgres.sh --runs "$runs" 10k 100k 1m
measure letters benches/compare/letters.sh --letters 3000 --runs 3 --slow 20
measure stream benches/stream.sh
python3 benches/compare/write.py "$tables" docs/performance.md
