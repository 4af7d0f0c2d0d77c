"""A TCP proxy that breaks connections on purpose, one named fault at a time.

    with FaultProxy(port) as proxy:
        proxy.arm(LOST_REPLY)                # for the next connection only; times=3 for the next three
        client.post(f"http://127.0.0.1:{proxy.port}/")
        with proxy.refusing(): ...           # nobody listens
        with proxy.always(stall()): ...      # every connection, until the end of the block

It knows nothing of HTTP: a fault belongs to a connection. Arming closes the idle connections that clients kept, so the
next call opens one. `proxy.connections`, `proxy.bytes_up` and `proxy.bytes_down` count what went through.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections import deque
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from typing import Any, Final

CHUNK: Final = 65_536
EVERYTHING: Final = 2**62


@dataclass(frozen=True)
class Fault:
    """What happens to one connection. Bytes up go to the target, bytes down to the client.

    `up` / `down`: how many bytes pass in that direction. `then`: reset the client, or stall (keep it open, silent).
    `after_reply`: wait until the target has begun to answer before the fault strikes.
    `pause`: seconds before each chunk down. `chunk`: bytes passed down at a time.
    """

    name: str
    up: int = EVERYTHING
    down: int = EVERYTHING
    then: str = "reset"
    after_reply: bool = False
    pause: float = 0.0
    chunk: int = CHUNK


NONE: Final = Fault("none")
RESET_BEFORE: Final = Fault("reset before anything reached the target", up=0)
LOST_REPLY: Final = Fault("the target did it; the reply is lost", down=0, after_reply=True)


def cut_up(count: int) -> Fault:
    """Let so many bytes of the request through, then reset."""
    return Fault(f"cut after {count} bytes up", up=count)


def cut_down(count: int) -> Fault:
    """Let so many bytes of the reply through, then reset."""
    return Fault(f"cut after {count} bytes down", down=count, after_reply=True)


def stall(*, up: int = EVERYTHING, down: int = 0) -> Fault:
    """Let so many bytes through, then fall silent with the connection open."""
    return Fault("stall", up=up, down=down, then="stall")


def trickle(chunk: int, pause: float) -> Fault:
    """The reply comes in chunks of so many bytes, each after a pause."""
    return Fault("trickle", chunk=chunk, pause=pause)


class FaultProxy:
    """Listens on a free port of this machine and passes on to a port; it runs in a thread of its own."""

    def __init__(self, target_port: int, target_host: str = "127.0.0.1") -> None:
        self.connections = self.bytes_up = self.bytes_down = 0
        self.port = 0
        self._target = (target_host, target_port)
        self._armed: deque[Fault] = deque()
        self._standing = NONE
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault-proxy", daemon=True)

    def __enter__(self) -> FaultProxy:
        self._thread.start()
        self._do(self._listen())
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._stop(all_tasks=True))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def arm(self, fault: Fault, times: int = 1) -> None:
        """The next connections meet the fault; clients' idle connections are closed."""
        self._armed.extend([fault] * times)
        self._do(self._close_clients())

    @contextlib.contextmanager
    def always(self, fault: Fault) -> Iterator[None]:
        """Every connection meets the fault until the block ends."""
        self._standing = fault
        self._do(self._close_clients())
        try:
            yield
        finally:
            self._standing = NONE
            self._do(self._close_clients())

    @contextlib.contextmanager
    def refusing(self) -> Iterator[None]:
        """Nobody listens until the block ends; the port stays ours to take again."""
        self._do(self._stop())
        try:
            yield
        finally:
            self._do(self._listen())

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, backlog=512)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self, *, all_tasks: bool = False) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        await self._close_clients()
        if all_tasks:
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _close_clients(self) -> None:
        for writer in list(self._open):
            writer.close()
        self._open.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        fault = self._armed.popleft() if self._armed else self._standing
        self._open.add(writer)
        try:
            await self._connect(fault, reader, writer)
        except (OSError, asyncio.CancelledError):
            pass  # a broken pipe is what this is for; cancelled is how the proxy ends
        finally:
            self._open.discard(writer)
            writer.close()

    async def _connect(self, fault: Fault, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if fault.up == 0:
            await reader.read(1)
            await _strike(fault, writer)
            return
        from_target, to_target = await asyncio.open_connection(*self._target)
        try:
            up = asyncio.create_task(self._up(fault, reader, to_target))
            down = asyncio.create_task(self._down(fault, from_target, writer))
            done, waiting = await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
            if down in waiting and any(task.result() == "strike" for task in done):
                await _strike(fault, writer)
            elif down in waiting:
                await asyncio.wait({down}, timeout=60)  # the client has said all; let the answer through
            if down.done() and down.result() == "strike":
                await _strike(fault, writer)
            for task in (up, down):
                task.cancel()
        finally:
            to_target.close()

    async def _up(self, fault: Fault, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
        left = fault.up
        while data := await reader.read(min(CHUNK, left)):
            writer.write(data)
            await writer.drain()
            self.bytes_up += len(data)
            left -= len(data)
            if left == 0:
                return "strike"
        if writer.can_write_eof():
            writer.write_eof()
        return "end"

    async def _down(self, fault: Fault, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
        left = fault.down
        if left == 0:
            return "strike" if await reader.read(1) or not fault.after_reply else "end"
        while data := await reader.read(min(fault.chunk, left)):
            await asyncio.sleep(fault.pause)
            writer.write(data)
            await writer.drain()
            self.bytes_down += len(data)
            left -= len(data)
            if left == 0:
                return "strike"
        return "end"


async def _strike(fault: Fault, writer: asyncio.StreamWriter) -> None:
    if fault.then == "stall":
        await asyncio.sleep(3_600)
    sock = writer.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close becomes a reset
    writer.transport.abort()
