"""Connections of urllib3 that keep a call's promises: checked addresses, one deadline, and whether anything left."""

from __future__ import annotations

import contextlib
import http.client
import io
import socket
import time
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any, Final

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from sync.connectors import addresses

# A server that closes an idle connection while we send on it leaves us not knowing; rather connect anew before that.
IDLE_SECONDS: Final = 5.0


class Trip:
    """One call under way: what it may reach, when it must be over, and whether a part of it may have left."""

    __slots__ = ("allow_private", "deadline", "read", "sent")

    def __init__(self, *, total: float, read: float, allow_private: bool) -> None:
        self.deadline = time.monotonic() + total
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


_TRIP: ContextVar[Trip] = ContextVar("trip")


@contextlib.contextmanager
def under_way(trip: Trip) -> Iterator[Trip]:
    """What this thread sends is part of the trip."""
    token = _TRIP.set(trip)
    try:
        yield trip
    finally:
        _TRIP.reset(token)


class _Reads(io.RawIOBase):
    """Reads from a socket, each within what is left of the call: a body that trickles in is no way to hold us."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)  # keeps the socket open until the answer is read

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(_TRIP.get().left())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp.close()
        self.fp = io.BufferedReader(_Reads(sock))


class _Guarded(HTTPConnection):
    response_class = _Answer
    last_used = 0.0
    _held: bytearray | None = None

    def _new_conn(self) -> socket.socket:
        trip = _TRIP.get()
        try:
            places = addresses.resolve(self._dns_host, self.port, allow_private=trip.allow_private)
        except (OSError, UnicodeError) as error:
            found_none = error if isinstance(error, socket.gaierror) else socket.gaierror(str(error))
            raise NameResolutionError(self.host, self, found_none) from error
        failure: OSError = OSError("no address")
        for family, place in places:
            try:
                return self._reach(family, place, trip)
            except OSError as error:
                failure = error
        if isinstance(failure, TimeoutError):
            raise ConnectTimeoutError(self, "not reached in time") from failure
        raise NewConnectionError(self, str(failure)) from failure

    def _reach(self, family: int, place: addresses.SockAddress, trip: Trip) -> socket.socket:
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            for option in self.socket_options or ():
                sock.setsockopt(*option)
            sock.settimeout(min(float(self.timeout or trip.read), trip.left()))
            sock.connect(place)
        except BaseException:
            sock.close()
            raise
        return sock

    def request(self, *args: Any, **options: Any) -> None:
        """Head and body leave together: one call of the system, and for most targets one packet."""
        self._held = bytearray()
        try:
            super().request(*args, **options)
            whole = bytes(self._held)
        finally:
            self._held = None
        self.send(whole)

    def send(self, data: Any) -> None:
        """Send, and from the first byte on hold that the request may have arrived."""
        if self._held is not None:
            self._held += data
            return
        trip = _TRIP.get()
        if self.sock is None:
            self.connect()
        self.sock.settimeout(trip.left())
        trip.sent = True
        super().send(data)
        self.last_used = time.monotonic()

    @property
    def is_connected(self) -> bool:
        return time.monotonic() - self.last_used < IDLE_SECONDS and super().is_connected


class _GuardedTLS(_Guarded, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Guarded


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedTLS


def pools(**options: Any) -> PoolManager:
    """A pool manager whose every connection is guarded; its calls must be `under_way`."""
    manager = PoolManager(**options)
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}
    return manager
