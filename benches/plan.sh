#!/usr/bin/env bash
# How long a plan takes, and how much memory it needs, as a markdown table.
#
#   benches/plan.sh [--runs N] [--full] [SIZE ...]        sizes: 1400 100k 1m when none is named
#
# Each size is planned with nothing recorded, with 60 % of the caregivers recorded as active, and each of these with an
# empty LMS and with accounts for the same 60 %. --full leaves out --summary: the whole plan is made and printed.
set -euo pipefail
cd "$(dirname "$0")/.."

runs=5 sizes=() plan=(plan --summary)
while [ $# -gt 0 ]; do
  case $1 in
    --runs) runs=${2:?--runs needs a number}; shift 2 ;;
    --full) plan=(plan); shift ;;
    -*) sed -n '2,7p' "$0"; exit 64 ;;
    *) sizes+=("$1"); shift ;;
  esac
done
[ ${#sizes[@]} -gt 0 ] || sizes=(1400 100k 1m)
. benches/project.sh

echo "| caregivers | recorded | accounts in the LMS | wall, median of $runs | CPU | peak memory |"
echo "| ---: | ---: | ---: | ---: | ---: | ---: |"
for size in "${sizes[@]}"; do
  for accounts in 0 0.6; do
    for recorded in 0 0.6; do
      make_project "$size" "$recorded" "$accounts"
      python3 benches/measure.py "$runs" "$size | $recorded | $accounts" "${firstbell[@]}" -C "$project" "${plan[@]}"
    done
  done
done
