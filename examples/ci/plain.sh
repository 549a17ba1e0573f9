#!/usr/bin/env bash
# The whole way of a change, as any CI can do it: dry run for review, then exactly that plan, once.
#
#   plain.sh check PROJECT            an untrusted pull request: looks at rollout and letters alone
#   plain.sh plan  PROJECT OUT        a trusted branch: OUT/plan.json (the artifact), OUT/comment.md, OUT/digest
#   plain.sh apply PROJECT OUT DIGEST after review: the plan with this digest, and no other
#
# `plan` and `apply` run where state, sealing key and roster are; `check` runs anywhere. FIRSTBELL names the program.
set -euo pipefail
firstbell=${FIRSTBELL:-firstbell}
step=$1 project=$2

case $step in
  check)
    "$firstbell" -C "$project" check --rollout-only
    ;;
  plan)
    out=$3
    mkdir -p "$out"
    code=0
    "$firstbell" -C "$project" plan --summary --detailed-exitcode -o "$out/plan.json" || code=$?
    # 0: nothing to do, 2: changes. 3: a guard blocks, and the plan is there to see why. Everything else is a failure.
    case $code in
      0 | 2 | 3) ;;
      *) exit "$code" ;;
    esac
    "$firstbell" -C "$project" show --format markdown "$out/plan.json" > "$out/comment.md"
    sed -n 's/^  "digest": "\([0-9a-f]*\)".*/\1/p' "$out/plan.json" > "$out/digest"
    if [ "$code" -eq 3 ]; then exit 3; fi
    ;;
  apply)
    out=$3 digest=$4
    "$firstbell" -C "$project" apply "$out/plan.json" --expect-digest "$digest" --summary
    ;;
  *)
    sed -n '2,9p' "$0" >&2
    exit 64
    ;;
esac
