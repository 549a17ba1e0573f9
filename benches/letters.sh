#!/usr/bin/env bash
# How fast letters leave over SMTP when nothing slows them: no pace, Postfix's smtp-sink on this machine.
#
#   benches/letters.sh [LETTERS [CONNECTIONS ...]]     2000 letters over 1, 4 and 16 connections when none is named
#
# Beside it what Postfix's own smtp-source does with the same server, which keeps no record of anything.
set -euo pipefail
cd "$(dirname "$0")/.."
letters=${1:-2000}
[ $# -gt 1 ] && connections=("${@:2}") || connections=(1 4 16)
sink=$(command -v smtp-sink || echo /usr/sbin/smtp-sink)
source=$(command -v smtp-source || echo /usr/sbin/smtp-source)
[ -x "$sink" ] || { echo "no smtp-sink: apt-get install postfix" >&2; exit 1; }
. benches/project.sh

port=${BENCH_PORT:-2525}
user=(); [ "$(id -u)" != 0 ] || user=(-u root)
"$sink" "${user[@]}" "127.0.0.1:$port" 256 &
server=$!
trap 'kill $server' EXIT
sleep 0.5

echo "| connections | letters | wall | letters a second | commits a letter | smtp-source, letters a second |"
echo "| ---: | ---: | ---: | ---: | ---: | ---: |"
for many in "${connections[@]}"; do
  project=$folder/letters-$letters-$many
  rm -rf "$project"
  python3 benches/make_roster.py --caregivers "$letters" --out "$project"
  python3 - "$project" "$many" "$port" "$source" "${firstbell[@]}" <<'PYTHON'
import pathlib, re, subprocess, sys, time
sys.path.insert(0, "benches")
from measure import run, shown
project, many, port, source = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
rollout = (project / "rollout.yaml").read_text()
smtp = f"  transport: smtp\n  pace: {{preset: unlimited}}\n  smtp: {{host: 127.0.0.1, port: {port}, tls: none, connections: {many}}}\n"
rollout = re.sub(r"^  transport: outbox\n", "", rollout, flags=re.M)
assert re.search(r"^mail:\n", rollout, flags=re.M), "the bench's rollout has a mapping `mail`"
(project / "rollout.yaml").write_text(re.sub(r"^mail:\n", "mail:\n" + smtp, rollout, flags=re.M))
wall, cpu, peak = run(sys.argv[5:] + ["-C", str(project), "apply", "--auto-approve", "--summary"])
lock = (project / "rollout.lock").read_text()
commits, sent = int(re.search(r"serial: (\d+)", lock)[1]), int(re.search(r"letters-sent: (\d+)", lock)[1])
began = time.monotonic()
subprocess.run([source, "-d", "-s", many, "-m", str(sent), "-l", "4000", f"127.0.0.1:{port}"], check=True)
theirs = sent / (time.monotonic() - began)
print(f"| {many} | {sent:,} | {shown(wall)} | {sent / wall:,.0f} | {commits / sent:.2f} | {theirs:,.0f} |")
PYTHON
done
