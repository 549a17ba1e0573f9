#!/usr/bin/env bash
# Letters over SMTP against Postfix's smtp-source, Python's smtplib, and what a slow server allows.
#
#   benches/compare/letters.sh [--letters N] [--runs R] [--sessions 4 16] [--slow 20 100]
set -euo pipefail
cd "$(dirname "$0")/../.."
. benches/project.sh
exec python3 benches/compare/letters.py "$binary" "$folder" "$@"
