#!/usr/bin/env python3
"""What a school's own script would do: Python's smtplib, one connection a thread, kept. Keeps no record of anything.

    smtplib_letters.py PORT SESSIONS LETTERS BYTES
"""

import smtplib
import sys
import threading


def send(port, letters, body):
    with smtplib.SMTP("127.0.0.1", port) as server:
        for number in letters:
            to = f"p{number}@home.example.nz"
            server.sendmail("office@school.example.nz", [to], f"To: {to}\r\nSubject: Your account\r\n\r\n{body}\r\n")


def main():
    port, sessions, letters, size = (int(text) for text in sys.argv[1:5])
    body = "\r\n".join(["x" * 70] * (size // 72))
    shares = [range(first, letters, sessions) for first in range(sessions)]
    threads = [threading.Thread(target=send, args=(port, share, body)) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
