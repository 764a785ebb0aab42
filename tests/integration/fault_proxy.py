# SPDX-License-Identifier: Apache-2.0
"""A proxy for the links between nodes that loses, holds back, slows and resets at command.

One process for a whole network. Each link has a loopback port of its own; TLS passes through untouched. The two
directions of a link ("forward" from who dials, "back" to it) have each their own fault. A cut direction stalls as a
dead cable does: its bytes are kept by TCP and by nobody else, and go on when it is healed.

Commands are JSON lines on standard input, each answered by one line:
  {"do": "listen", "link": "a>b", "target": PORT}                  -> {"port": PORT}
  {"do": "set", "link": "a>b", "direction": "forward"|"back",
   "cut": bool, "delay_ms": number, "bytes_per_second": number}    -> {}    (what is left out is healed)
  {"do": "reset", "link": "a>b"}                                   -> {"closed": connections}
The process ends with its standard input.
"""

import asyncio
import json
import os
import socket
import struct
import sys

CHUNK = 16 * 1024
# Chunks on their way in one direction: with a delay, more than this waits in TCP.
IN_FLIGHT = 64


class Direction:
    """The fault that one direction of a link has now."""

    def __init__(self):
        self.open = asyncio.Event()
        self.set()

    def set(self, cut=False, delay_ms=0, bytes_per_second=0):
        self.delay = delay_ms / 1000
        self.rate = bytes_per_second
        if cut:
            self.open.clear()
        else:
            self.open.set()


class Link:
    """A listening port and its connections to the target."""

    def __init__(self, target):
        self.target = target
        self.directions = {"forward": Direction(), "back": Direction()}
        self.connections = set()

    async def listen(self):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0, limit=CHUNK)
        return self.server.sockets[0].getsockname()[1]

    async def serve(self, near_reader, near_writer):
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target, limit=CHUNK)
        except OSError:
            near_writer.transport.abort()
            return
        writers = (near_writer, far_writer)
        self.connections.add(writers)
        for writer in writers:
            writer.transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # A write returns when the kernel has it: what is held back stays with the sender.
            writer.transport.set_write_buffer_limits(0)
        pumps = [asyncio.ensure_future(pump(near_reader, far_writer, self.directions["forward"])),
                 asyncio.ensure_future(pump(far_reader, near_writer, self.directions["back"]))]
        try:
            # The end of one direction is the end of the connection.
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in pumps:
                task.cancel()
            for writer in writers:
                writer.transport.abort()
            self.connections.discard(writers)

    def reset(self):
        """Both ends see a reset."""
        connections = list(self.connections)
        for writers in connections:
            for writer in writers:
                linger = struct.pack("ii", 1, 0)
                writer.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                writer.transport.abort()
        return len(connections)


async def pump(reader, writer, direction):
    """Moves bytes one way until either end closes."""
    queue = asyncio.Queue(IN_FLIGHT)
    clock = asyncio.get_running_loop().time

    async def take():
        while True:
            await direction.open.wait()
            data = await reader.read(CHUNK)
            await queue.put((clock() + direction.delay, data))
            if not data:
                return

    taker = asyncio.ensure_future(take())
    try:
        while True:
            due, data = await queue.get()
            await asyncio.sleep(max(0, due - clock()))
            await direction.open.wait()
            if not data:
                return
            writer.write(data)
            await writer.drain()
            if direction.rate:
                await asyncio.sleep(len(data) / direction.rate)
    except (OSError, asyncio.IncompleteReadError):
        pass
    finally:
        taker.cancel()


async def obey(links, command):
    if command["do"] == "listen":
        link = links[command["link"]] = Link(command["target"])
        return {"port": await link.listen()}
    link = links[command["link"]]
    if command["do"] == "reset":
        return {"closed": link.reset()}
    fault = {k: command[k] for k in ("cut", "delay_ms", "bytes_per_second") if k in command}
    link.directions[command["direction"]].set(**fault)
    return {}


async def main():
    links = {}
    commands = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    while line := await commands.readline():
        print(json.dumps(await obey(links, json.loads(line))), flush=True)
    # The connections end with the process.
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(main())
