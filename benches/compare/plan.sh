#!/usr/bin/env bash
# A plan against DuckDB and against plain Python, on the same files, pair by pair; README.md beside this file says what is compared.
#
#   benches/compare/plan.sh [--runs N] [--peers "duckdb python"] [--whole] [SIZE ...]     sizes: 10k 100k 1m when none is named
#
# --whole compares the plans themselves, person by person, and times nothing.
set -euo pipefail
cd "$(dirname "$0")/../.."

runs=5 peers="duckdb python" sizes=() whole=()
while [ $# -gt 0 ]; do
  case $1 in
    --runs) runs=${2:?--runs needs a number}; shift 2 ;;
    --peers) peers=${2:?--peers needs names}; shift 2 ;;
    --whole) whole=(--whole); shift ;;
    -*) sed -n '2,6p' "$0"; exit 64 ;;
    *) sizes+=("$1"); shift ;;
  esac
done
[ ${#sizes[@]} -gt 0 ] || sizes=(10k 100k 1m)
. benches/project.sh

python=$(python3 -c 'import sys; print(sys.executable)') # a shim's start is no part of a peer
duckdb=$folder/venv/bin/python
if [[ " $peers " == *" duckdb "* ]] && [ ! -x "$duckdb" ]; then
  python3 -m venv "$folder/venv"
  "$duckdb" -m pip -q install duckdb==1.5.5 duckdb-extension-sqlite-scanner==1.5.5
fi
for size in "${sizes[@]}"; do
  make_project "$size" 0.6 0.6
  if [ ! -e "$project/later" ]; then
    python3 benches/make_roster.py --caregivers "$size" --out "$project" --later
    touch "$project/later"
  fi
  "$python" benches/compare/pairs.py --runs "$runs" "${whole[@]}" --size "$size" --peers "$peers" --duckdb "$duckdb" \
    "$project" -- "${firstbell[@]}"
done
