#!/usr/bin/env python3
"""A mail server that takes its time: so many milliseconds between a letter's final dot and its 250. Counts what it takes.

    slow_server.py PORT MILLISECONDS     prints the count when it is told to stop (SIGTERM)
"""

import asyncio
import signal
import sys


async def main(port, delay):
    taken = 0

    async def talk(reader, writer):
        nonlocal taken
        writer.write(b"220 slow ESMTP\r\n")
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"EHLO":
                writer.write(b"250-slow\r\n250-PIPELINING\r\n250 8BITMIME\r\n")
            elif verb == b"DATA":
                writer.write(b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                await asyncio.sleep(delay)
                taken += 1
                writer.write(b"250 taken\r\n")
            elif verb == b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 ok\r\n")
        writer.close()

    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with await asyncio.start_server(talk, "127.0.0.1", port, limit=1 << 20):
        await stop.wait()
    print(taken, flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]) / 1000))
