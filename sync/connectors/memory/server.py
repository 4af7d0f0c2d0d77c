"""The programmable target as a server: `python -m sync.connectors.memory.server --port 9000 --db effects.sqlite`.

It listens on this machine only. Whoever counts opens the SQLite file: tables `record`, `effect` and `call`.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import struct
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final

from sync.connectors.memory.target import Begun, Call, Reply, Target

MAX_HEAD: Final = 65_536


class Talk(asyncio.Protocol):
    """One connection: requests in turn, each answered before the next is begun."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.buffer = b""
        self.busy = False
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        self._next()

    def connection_lost(self, error: Exception | None) -> None:
        self.transport = None  # what was begun is done all the same, as in any other system

    def _next(self) -> None:
        if self.busy:
            return
        head, found, rest = self.buffer.partition(b"\r\n\r\n")
        if not found:
            if len(self.buffer) > MAX_HEAD and self.transport:
                self.transport.abort()
            return
        first, headers = _taken_apart(head)
        length = int(headers.get("content-length", 0))
        if len(rest) < length:
            return
        self.buffer = rest[length:]
        self.busy = True
        method, address, *_ = first.split(" ")
        self._begin(Call.of(method, address, headers, rest[:length]))

    def _begin(self, call: Call) -> None:
        begun = self.target.begin(call)
        _after(begun.plan.wait, lambda: self._finish(begun))

    def _finish(self, begun: Begun) -> None:
        reply = self.target.finish(begun)
        if begun.plan.later is not None:
            _after(begun.plan.later, lambda: self.target.answer(begun.call))
        _after(begun.plan.wait_reply, lambda: self._tell(begun, reply))

    def _tell(self, begun: Begun, reply: Reply) -> None:
        self.busy = False
        if self.transport is None:
            return
        if begun.plan.resets:
            _reset(self.transport)
            return
        self.transport.write(_written(reply))
        self._next()


def _after(seconds: float, act: Callable[[], object]) -> None:
    """Act in so many seconds, or at once where it is none: a task for each call would cost more than the call."""
    if seconds:
        asyncio.get_running_loop().call_later(seconds, act)
    else:
        act()


async def serve(target: Target, port: int, when_ready: Callable[[int], None]) -> None:
    """Answer on the port of this machine until cancelled; tells which one when it is ready."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Talk(target), "127.0.0.1", port, backlog=1_024)
    when_ready(server.sockets[0].getsockname()[1])
    async with server:
        await server.serve_forever()


def _taken_apart(head: bytes) -> tuple[str, Mapping[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return first, {name.strip().lower(): value.strip() for name, _, value in pairs}


def _written(reply: Reply) -> bytes:
    status, headers, body = reply
    phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Unknown"
    lines = [f"HTTP/1.1 {status} {phrase}", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def _reset(transport: asyncio.Transport) -> None:
    sock = transport.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 is any free one; it is printed")
    parser.add_argument("--db", default=":memory:", help="the SQLite file that keeps and counts everything")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds that every call takes")
    options = parser.parse_args()
    target = Target(options.db, latency=options.latency)
    try:
        asyncio.run(serve(target, options.port, lambda port: print(f"listening on {port}", flush=True)))
    except KeyboardInterrupt:
        target.close()


if __name__ == "__main__":
    main()
