#!/usr/bin/env bash
# How long a plan takes, and how much memory it needs, as a markdown table.
#
#   benches/plan.sh [--recorded] [--runs N] [SIZE ...]        sizes: 1400 100k 1m when none is named
#
# With --recorded, 60 % of the caregivers are adopted first, so that the plan has a recorded state to compare with.
# The projects lie in $BENCH_DIR (target/bench), made once for each size and kept.
set -euo pipefail
cd "$(dirname "$0")/.."

share=0 runs=5 sizes=()
while [ $# -gt 0 ]; do
  case $1 in
    --recorded) share=0.6; shift ;;
    --runs) runs=${2:?--runs needs a number}; shift 2 ;;
    -*) sed -n '2,7p' "$0"; exit 64 ;;
    *) sizes+=("$1"); shift ;;
  esac
done
[ ${#sizes[@]} -gt 0 ] || sizes=(1400 100k 1m)

cargo build --release --quiet
binary=$(cd "${CARGO_TARGET_DIR:-target}" && pwd)/release/firstbell
folder=${BENCH_DIR:-target/bench}
mkdir -p "$folder/home"
folder=$(cd "$folder" && pwd)
# The bench has a sealing key of its own; the one of whoever runs it stays untouched.
firstbell=(env "HOME=$folder/home" "XDG_CONFIG_HOME=$folder/home/.config" "$binary")

echo "| caregivers | recorded | links | wall, median of $runs | peak memory |"
echo "| ---: | ---: | ---: | ---: | ---: |"
for size in "${sizes[@]}"; do
  project=$folder/$size-$share
  if [ ! -e "$project/made" ]; then
    rm -rf "$project"
    python3 benches/make_roster.py --caregivers "$size" --out "$project" --recorded "$share"
    if [ "$share" != 0 ]; then
      "${firstbell[@]}" -C "$project" adopt --file adopt.csv --because bench > /dev/null
    fi
    touch "$project/made"
  fi
  python3 benches/measure.py "$runs" "$project" "${firstbell[@]}" -C "$project" plan --summary
done
