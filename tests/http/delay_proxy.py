# SPDX-License-Identifier: Apache-2.0
"""Distance: a TCP proxy through which everything takes its time.

    delay_proxy.py HOST:PORT [--delay SECONDS]

Prints the port it listens on (127.0.0.1) and passes on what arrives there to
HOST:PORT and back, each piece --delay (0.02) later, however many come: it
delays and does not throttle. A new connection is made at once but its first
bytes wait for a round trip, as a handshake of TCP over that distance would.
Ends when its standard input does.
"""

import argparse
import asyncio
import collections
import socket
import sys

_PIECE = 65536


async def pass_on(reader, writer, delay, head_start):
    """Reads and writes at the same time: what waits is in between."""
    loop = asyncio.get_running_loop()
    pieces = collections.deque()
    news = asyncio.Event()

    async def write():
        while True:
            while not pieces:
                news.clear()
                await news.wait()
            due, data = pieces.popleft()
            await asyncio.sleep(max(0, due - loop.time()))
            if not data:
                writer.write_eof()
                return
            writer.write(data)
            await writer.drain()

    writing = loop.create_task(write())
    not_before = loop.time() + head_start
    try:
        while True:
            data = await reader.read(_PIECE)
            pieces.append((max(loop.time(), not_before) + delay, data))
            news.set()
            if not data:
                break
        await writing
    except OSError:
        writing.cancel()


def answer_at_once(writer):
    writer.get_extra_info("socket").setsockopt(
        socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


async def connect(reader, writer, host, port, delay):
    there = None
    try:
        from_there, there = await asyncio.open_connection(host, port)
        answer_at_once(writer)
        answer_at_once(there)
        await asyncio.gather(pass_on(reader, there, delay, 2 * delay),
                             pass_on(from_there, writer, delay, 0))
    except (OSError, asyncio.CancelledError):
        pass
    finally:
        for end in (writer, there):
            if end is not None:
                end.close()


async def serve(host, port, delay):
    server = await asyncio.start_server(
        lambda reader, writer: connect(reader, writer, host, port, delay),
        "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("to")
    parser.add_argument("--delay", type=float, default=0.02)
    arguments = parser.parse_args()
    host, port = arguments.to.rsplit(":", 1)
    asyncio.run(serve(host, int(port), arguments.delay))


if __name__ == "__main__":
    main()
