"""Connections that keep a call's promises: checked addresses, one deadline, and whether anything left.

They are kept here while they idle: a general client spends more on each call than all the rest.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

from urllib3.util import parse_url
from urllib3.util.wait import wait_for_read

from sync.connectors import addresses, messages

# A server that closes an idle connection while we send on it leaves us not knowing; rather connect anew before that.
IDLE_SECONDS: Final = 5.0
READ_BYTES: Final = 65_536
MOST_IDLE: Final = 64
MOST_HOSTS: Final = 8
_PORTS: Final = {"http": 80, "https": 443}
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

    @property
    def authority(self) -> str:
        """How a request names the host."""
        host = f"[{self.host.partition('%')[0]}]" if ":" in self.host else self.host
        return host if self.port == _PORTS.get(self.scheme) else f"{host}:{self.port}"


@lru_cache(maxsize=64)
def origin(root: str) -> tuple[Origin, str]:
    """Return where the address leads, and how what is asked for there begins.

    Raises: LocationParseError when it is no address.
    """
    parts = parse_url(root)
    port = parts.port or _PORTS["https" if parts.scheme == "https" else "http"]
    query = f"?{parts.query}" if parts.query else ""
    return Origin(parts.scheme or "", (parts.host or "").strip("[]"), port), f"{parts.path or ''}{query}"


def target(text: str) -> str:
    """Return path and query as they are sent: what may not stand there is encoded, and no `..` is left."""
    return text if _PLAIN.fullmatch(text) else parse_url(f"http://host{text}").request_uri


class _Line:
    """One connection. `trip` is the call that it is used for now."""

    trip: Trip
    last_used = 0.0
    sock: socket.socket | None = None

    def __init__(self, to: Origin) -> None:
        self.to = to
        self._hearing = messages.Hearing()

    def connect(self) -> socket.socket:
        return self._reached()

    def send(self, request: bytes) -> None:
        """Send, and from the first byte on hold that the request may have arrived."""
        if self.sock is None:
            self.sock = self.connect()
        self.sock.settimeout(self.trip.left())
        self.trip.sent = True
        with suppress(BrokenPipeError):  # it may have answered before it closed
            self.sock.sendall(request)
        self.last_used = time.monotonic()

    def receive(self, method: str, most: int) -> messages.Answer:
        """Return the answer, read within what is left of the call: one that trickles in is no way to hold us."""
        assert self.sock is not None
        self._hearing.expect(method, most)
        enough = False
        while not enough:
            self.sock.settimeout(self.trip.left())
            enough = self._hearing.hear(self.sock.recv(READ_BYTES))
        return self._hearing.answer()

    def close(self) -> None:
        if self.sock is not None:
            self.sock.close()
        self.sock = None

    @property
    def may_go_on(self) -> bool:
        """Whether the other side keeps the connection open for another call."""
        return self._hearing.may_go_on

    def is_usable(self) -> bool:
        """Whether the other side may still listen: it said nothing since, and not too much time went by."""
        fresh = time.monotonic() - self.last_used < IDLE_SECONDS
        return fresh and self.sock is not None and not wait_for_read(self.sock, timeout=0.0)

    def _reached(self) -> socket.socket:
        try:
            places = addresses.resolve(self.to.host, self.to.port, allow_private=self.trip.allow_private)
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

    def __init__(self, to: Origin, context: ssl.SSLContext) -> None:
        super().__init__(to)
        self._tls = context

    def connect(self) -> socket.socket:
        sock = self._reached()
        try:
            return self._tls.wrap_socket(sock, server_hostname=self.to.host.rstrip("."))
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
    ) -> messages.Answer:
        """Send, and return the answer with at most so many bytes of its body.

        Raises: OSError, BadAnswer or ForbiddenAddress when no whole answer came; ValueError when the request cannot be
        written.
        """
        request = messages.request(method, to.authority, target, headers, body)
        line = self._fresh(to, trip)
        try:
            line.send(request)
            answer = line.receive(method, most)
        except BaseException:
            line.close()
            raise
        if line.may_go_on:
            self._keep(to, line)
        else:
            line.close()
        return answer

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
        line = _SafeLine(to, self._trusts) if to.scheme == "https" else _Line(to)
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
