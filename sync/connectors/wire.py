"""Connections that keep a call's promises: checked addresses, one deadline, and whether anything left.

They are the standard library's, kept here while they idle: a general client spends more on each call than all the rest.
"""

from __future__ import annotations

import http.client
import io
import re
import socket
import ssl
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from typing import Any, Final, NamedTuple, cast

from urllib3.util import parse_url
from urllib3.util.wait import wait_for_read

from sync.connectors import addresses

# A server that closes an idle connection while we send on it leaves us not knowing; rather connect anew before that.
IDLE_SECONDS: Final = 5.0
MOST_IDLE: Final = 64
MOST_HOSTS: Final = 8
# A target that would be sent just as it is written.
_PLAIN: Final = re.compile(r"(?:/(?!\.)[A-Za-z0-9_~.,:@!$&'()*+;=-]*)+(?:\?[A-Za-z0-9_~.,:@!$&'()*+;=/-]*)?")


class NoSuchHost(OSError):
    """The host's name leads nowhere."""


class NotReached(OSError):
    """No address of the host took the connection."""


class Trip:
    """One call under way: what it may reach, when it must be over, and whether a part of it may have left."""

    __slots__ = ("allow_private", "connect", "deadline", "read", "sent")

    def __init__(self, *, total: float, connect: float, read: float, allow_private: bool) -> None:
        self.deadline = time.monotonic() + total
        self.connect = connect
        self.read = read
        self.allow_private = allow_private
        self.sent = False

    def left(self) -> float:
        """Seconds that the next wait may take.

        Raises: TimeoutError when the call's time is over.
        """
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the call took longer than it may")
        return min(left, self.read)


class Origin(NamedTuple):
    """Where connections lead."""

    scheme: str
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, or as much of one as was asked for."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@lru_cache(maxsize=64)
def origin(root: str) -> tuple[Origin, str]:
    """Return where the address leads, and how what is asked for there begins.

    Raises: LocationParseError when it is no address.
    """
    parts = parse_url(root)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    query = f"?{parts.query}" if parts.query else ""
    return Origin(parts.scheme or "", (parts.host or "").strip("[]"), port), f"{parts.path or ''}{query}"


def target(text: str) -> str:
    """Return path and query as they are sent: what may not stand there is encoded, and no `..` is left."""
    return text if _PLAIN.fullmatch(text) else parse_url(f"http://host{text}").request_uri


class _Reads(io.RawIOBase):
    """Reads from a socket, each within what is left of the call: a body that trickles in is no way to hold us."""

    def __init__(self, sock: socket.socket, trip: Trip) -> None:
        self._sock = sock
        self._trip = trip
        self._raw = sock.makefile("rb", buffering=0)  # keeps the socket open until the answer is read

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._trip.left())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Source:
    """What an answer takes for the socket that it is read from."""

    def __init__(self, sock: socket.socket, trip: Trip) -> None:
        self._reads = partial(_Reads, sock, trip)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self._reads())


class _Line(http.client.HTTPConnection):
    """One connection. `trip` is the call that it is used for now."""

    trip: Trip
    last_used = 0.0
    _held: bytearray | None = None

    def connect(self) -> None:
        self.sock = self._reached()

    def request(self, *args: Any, **options: Any) -> None:
        """Head and body leave together: one call of the system, and for most targets one packet."""
        self._held = bytearray()
        try:
            super().request(*args, **options)
            whole = bytes(self._held)
        finally:
            self._held = None
        with suppress(BrokenPipeError):  # it may have answered before it closed
            self.send(whole)

    def send(self, data: Any) -> None:
        """Send, and from the first byte on hold that the request may have arrived."""
        if self._held is not None:
            self._held += data
            return
        if self.sock is None:
            self.connect()
        self.sock.settimeout(self.trip.left())
        self.trip.sent = True
        self.sock.sendall(data)
        self.last_used = time.monotonic()

    def response_class(self, sock: socket.socket, **options: Any) -> http.client.HTTPResponse:  # type: ignore[override]
        return http.client.HTTPResponse(cast(socket.socket, _Source(sock, self.trip)), **options)

    def is_usable(self) -> bool:
        """Whether the other side may still listen: it said nothing since, and not too much time went by."""
        fresh = time.monotonic() - self.last_used < IDLE_SECONDS
        return fresh and self.sock is not None and not wait_for_read(self.sock, timeout=0.0)

    def _reached(self) -> socket.socket:
        try:
            places = addresses.resolve(self.host, self.port, allow_private=self.trip.allow_private)
        except (OSError, UnicodeError) as error:
            raise NoSuchHost(str(error)) from error
        failure: OSError = OSError("no address")
        for family, place in places:
            try:
                return self._reach(family, place)
            except OSError as error:
                failure = error
        if isinstance(failure, TimeoutError):
            raise failure
        raise NotReached(str(failure)) from failure

    def _reach(self, family: int, place: addresses.SockAddress) -> socket.socket:
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.settimeout(min(self.trip.connect, self.trip.left()))
            sock.connect(place)
        except BaseException:
            sock.close()
            raise
        return sock


class _SafeLine(_Line):
    """One encrypted connection."""

    default_port = http.client.HTTPS_PORT

    def __init__(self, host: str, port: int, context: ssl.SSLContext) -> None:
        super().__init__(host, port)
        self._tls = context

    def connect(self) -> None:
        sock = self._reached()
        try:
            self.sock = self._tls.wrap_socket(sock, server_hostname=self.host.rstrip("."))
        except BaseException:
            sock.close()
            raise


class Lines:
    """Connections to any number of hosts, used again while they are fresh. Threads may share them."""

    def __init__(self) -> None:
        self._idle: OrderedDict[Origin, list[_Line]] = OrderedDict()
        self._lock = threading.Lock()

    def __del__(self) -> None:
        self.close()

    def exchange(
        self,
        to: Origin,
        trip: Trip,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes | None,
        most: int,
    ) -> Answer:
        """Send, and return the answer with at most so many bytes of its body.

        Raises: OSError, HTTPException or ForbiddenAddress when no whole answer came; ValueError when the request cannot
        be written.
        """
        line = self._fresh(to, trip)
        try:
            line.request(method, target, body, headers)
            answer = line.getresponse()
            content = answer.read(most)
            if answer.length and len(content) < most:
                raise http.client.IncompleteRead(content, answer.length)
        except BaseException:
            line.close()
            raise
        if answer.isclosed() and line.sock is not None:
            self._keep(to, line)
        else:
            line.close()
        return Answer(answer.status, answer.reason, cast(Mapping[str, str], answer.headers), content)

    def close(self) -> None:
        """Every idle connection is closed."""
        with self._lock:
            left = [line for lines in self._idle.values() for line in lines]
            self._idle.clear()
        for line in left:
            line.close()

    @cached_property
    def _trusts(self) -> ssl.SSLContext:
        """To read whom the machine trusts takes 80 ms: it waits for the first encrypted connection."""
        context = ssl.create_default_context()
        context.set_alpn_protocols(["http/1.1"])
        return context

    def _fresh(self, to: Origin, trip: Trip) -> _Line:
        while (line := self._taken(to)) is not None:
            line.trip = trip
            if line.is_usable():
                return line
            line.close()
        line = _SafeLine(to.host, to.port, self._trusts) if to.scheme == "https" else _Line(to.host, to.port)
        line.trip = trip
        return line

    def _taken(self, to: Origin) -> _Line | None:
        with self._lock:
            lines = self._idle.get(to)
            return lines.pop() if lines else None

    def _keep(self, to: Origin, line: _Line) -> None:
        given_up: list[_Line] = []
        with self._lock:
            lines = self._idle.setdefault(to, [])
            self._idle.move_to_end(to)
            (lines if len(lines) < MOST_IDLE else given_up).append(line)
            if len(self._idle) > MOST_HOSTS:
                given_up += self._idle.popitem(last=False)[1]
        for each in given_up:
            each.close()
