#!/usr/bin/env bash
# The same plan with the same state in a file and in a PostgreSQL server on this machine, in turns.
#
#   benches/compare/postgres.sh [--runs N] [SIZE ...]     sizes: 10k 100k 1m when none is named
set -euo pipefail
cd "$(dirname "$0")/../.."

runs=5 sizes=()
while [ $# -gt 0 ]; do
  case $1 in
    --runs) runs=${2:?--runs needs a number}; shift 2 ;;
    -*) sed -n '2,4p' "$0"; exit 64 ;;
    *) sizes+=("$1"); shift ;;
  esac
done
[ ${#sizes[@]} -gt 0 ] || sizes=(10k 100k 1m)
. benches/project.sh
for size in "${sizes[@]}"; do
  make_project "$size" 0.6 0.6
done
exec .ci/with-postgres python3 benches/compare/postgres.py --runs "$runs" "$folder" "${sizes[@]}" -- "${firstbell[@]}"
