#!/usr/bin/env python3
"""Letters over SMTP: firstbell, which records each step before it takes it, against senders that keep no record. Pair by pair on one
machine; as many letters of about the same size; every server must have counted what was sent.

    letters.py FIRSTBELL FOLDER --letters N --runs R --sessions 4 16 --slow 20 100

Whole processes: firstbell's time has reading the roster, planning, and setting each password in the sandbox in it.
"""

import argparse
import os
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from measure import run  # noqa: E402

BYTES = 5000


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def tool(name):
    found = shutil.which(name) or f"/usr/sbin/{name}"
    if not os.access(found, os.X_OK):
        sys.exit(f"no {name}: apt-get install postfix")
    return found


class Server:
    """smtp-sink, or the slow server; counts."""

    def __init__(self, milliseconds=None):
        self.port = free_port()
        if milliseconds is None:
            user = ["-u", "root"] if os.getuid() == 0 else []
            command = [tool("smtp-sink"), "-c", *user, f"127.0.0.1:{self.port}", "256"]
        else:
            command = [sys.executable, str(HERE / "slow_server.py"), str(self.port), str(milliseconds)]
        # It says its count after each letter: into a file, for a pipe that nobody empties is full after 2,700 of them.
        self.said = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, stdout=self.said, stderr=subprocess.DEVNULL)
        for _ in range(200):
            with socket.socket() as one:
                if one.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        sys.exit("the server did not start")

    def stop(self):
        time.sleep(0.2)
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        self.said.seek(0)
        said = self.said.read().decode()
        counts = re.findall(r"mesg=(\d+)|^(\d+)$", said, flags=re.M)
        return int("".join(counts[-1])) if counts else 0


class Firstbell:
    def __init__(self, binary, folder, caregivers):
        self.binary, self.folder, self.caregivers = binary, pathlib.Path(folder), caregivers
        self.template = self.folder / "letters-template"
        shutil.rmtree(self.template, ignore_errors=True)
        made = [sys.executable, str(HERE.parent / "make_roster.py"), "--caregivers", str(caregivers), "--out", str(self.template)]
        subprocess.run(made, check=True, stderr=subprocess.DEVNULL)

    def __call__(self, port, sessions):
        project = self.folder / "letters-now"
        shutil.rmtree(project, ignore_errors=True)
        shutil.copytree(self.template, project)
        rollout = re.sub(r"^  transport: outbox\n", "", (project / "rollout.yaml").read_text(), flags=re.M)
        smtp = f"  transport: smtp\n  pace: {{preset: unlimited}}\n  smtp: {{host: 127.0.0.1, port: {port}, tls: none, connections: {sessions}}}\n"
        (project / "rollout.yaml").write_text(re.sub(r"^mail:\n", "mail:\n" + smtp, rollout, flags=re.M))
        home = ["env", "-u", "FIRSTBELL_KEY", f"HOME={self.folder / 'home'}"]
        # posix_spawn wants a path; the progress goes nowhere.
        quiet = ["/bin/sh", "-c", 'exec "$@" 2> /dev/null', "sh", *home]
        wall, *_ = run([*quiet, self.binary, "-C", str(project), "apply", "--auto-approve", "--summary"])
        return wall, int(re.search(r"letters-sent: (\d+)", (project / "rollout.lock").read_text())[1])


def smtp_source(port, sessions, letters):
    return run([tool("smtp-source"), "-d", "-s", str(sessions), "-m", str(letters), "-l", str(BYTES), f"127.0.0.1:{port}"])[0]


def smtplib(port, sessions, letters):
    return run([sys.executable, str(HERE / "smtplib_letters.py"), str(port), str(sessions), str(letters), str(BYTES)])[0]


def counted(server, expected, who):
    taken = server.stop()
    # smtp-source counts in whole rounds of its sessions.
    if abs(taken - expected) > 256:
        sys.exit(f"{who} sent {expected} letters, and the server took {taken}: nothing was measured")


def pairs(runs, ours, peer, sessions, milliseconds=None):
    rows = []
    for _ in range(runs):
        server = Server(milliseconds)
        wall, letters = ours(server.port, sessions)
        counted(server, letters, "firstbell")
        own = letters / wall
        server = Server(milliseconds)
        other = letters / peer(server.port, sessions, letters)
        counted(server, letters, peer.__name__)
        rows.append((own, other))
    own, other = (statistics.median(row[which] for row in rows) for which in (0, 1))
    return own, other, statistics.median(one / two for one, two in rows)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("folder")
    parser.add_argument("--letters", type=int, default=3000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--sessions", type=int, nargs="+", default=[4, 16])
    parser.add_argument("--slow", type=int, nargs="+", default=[20, 100])
    args = parser.parse_args()
    ours = Firstbell(args.binary, args.folder, args.letters)
    print("| sessions | against | firstbell, letters a second | the other | ratio |")
    print("| ---: | --- | ---: | ---: | ---: |")
    for sessions in args.sessions:
        for name, peer in (("smtp-source", smtp_source), ("Python's smtplib", smtplib)):
            own, other, ratio = pairs(args.runs, ours, peer, sessions)
            print(f"| {sessions} | {name} | {own:,.0f} | {other:,.0f} | **{ratio:.2f}** |", flush=True)
        for milliseconds in args.slow:
            own, other, ratio = pairs(args.runs, ours, smtp_source, sessions, milliseconds)
            name = f"smtp-source, a server of {milliseconds} ms a letter"
            print(f"| {sessions} | {name} | {own:,.0f} | {other:,.0f} | **{ratio:.2f}** |", flush=True)


if __name__ == "__main__":
    main()
