"""HTTP/1.1 as bytes: a request written, and answers heard as they come in. No network."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser
from urllib3 import HTTPHeaderDict

MOST_HEAD_BYTES: Final = 65_536
_TELLS_LENGTH: Final = {"POST", "PUT", "PATCH"}
_FIRST_LINE: Final = re.compile(r"[A-Z]+ [!-~]+ HTTP/1\.1")
_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_BREAKS: Final = re.compile(r"[\x00\r\n]")


class BadAnswer(Exception):
    """What came is no whole answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, or as much of one as was asked for."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


def request(method: str, host: str, target: str, headers: Mapping[str, str], body: bytes | None) -> bytes:
    """Return head and body, to leave together: one call of the system, and for most targets one packet.

    Raises: ValueError when a value would break the request.
    """
    first = f"{method} {target} HTTP/1.1"
    lines = [first, _line("Host", host), *(_line(name, value) for name, value in headers.items())]
    if body is not None or method in _TELLS_LENGTH:
        lines.append(f"Content-Length: {len(body or b'')}")
    if not _FIRST_LINE.fullmatch(first):
        raise ValueError("the first line cannot be sent")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (body or b"")


def _line(name: str, value: str) -> str:
    if not _is_name(name) or _BREAKS.search(value):
        raise ValueError(f"the header {name!r} cannot be sent")
    return f"{name}: {value}"


@lru_cache(maxsize=512)
def _is_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


class Hearing:
    """What comes in on one connection, answer by answer; `expect` begins each.

    `is_whole`: the answer is there. `may_go_on`: the connection can be used for another call.
    """

    def __init__(self) -> None:
        self._parser = HttpResponseParser(self)
        # What is read is read by us alone: a line that ends in LF only leads nobody astray.
        self._parser.set_dangerous_leniencies(lenient_optional_cr_before_lf=True)
        self.expect("GET", 0)

    def expect(self, method: str, most: int) -> None:
        """What comes next answers such a request, and at most so many bytes of its body are wanted."""
        self._only_head, self._most = method == "HEAD", most
        self.is_whole = self.may_go_on = False
        self._forget()

    def hear(self, data: bytes) -> bool:
        """Take what came, or b"" for the end of all that comes; tells whether that is enough.

        Raises: BadAnswer when it is no answer, or its end came too soon.
        """
        if not data:
            self._end()
            return True
        self._head_bytes += 0 if self._has_head else len(data)
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            self.may_go_on = False
            if not self.is_whole:
                raise BadAnswer(type(error).__name__) from None
        if not self._has_head and self._head_bytes > MOST_HEAD_BYTES:
            raise BadAnswer("its head has no end")
        return self.is_whole or self._size >= self._most or (self._only_head and self._has_head)

    def answer(self) -> Answer:
        """Return what was heard."""
        reason = self._reason.decode("latin-1")
        return Answer(self._status, reason, self._headers, b"".join(self._body)[: self._most])

    def _forget(self) -> None:
        self._status = self._size = self._head_bytes = 0
        self._reason = b""
        self._headers = HTTPHeaderDict()
        self._body: list[bytes] = []
        self._has_head = False

    def _end(self) -> None:
        """Whatever does not say how long it is ends with the connection."""
        tells = "Content-Length" in self._headers or "Transfer-Encoding" in self._headers
        if not self._has_head or tells:
            raise BadAnswer("it was broken off")
        self.is_whole = True

    # What the parser calls.

    def on_message_begin(self) -> None:
        if self.is_whole:
            raise BadAnswer("more came than was asked for")

    def on_status(self, status: bytes) -> None:
        self._reason += status

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.add(name.decode("latin-1"), value.decode("latin-1"))

    def on_headers_complete(self) -> None:
        self._has_head = True
        self._status = self._parser.get_status_code()

    def on_body(self, body: bytes) -> None:
        self._body.append(body)
        self._size += len(body)

    def on_message_complete(self) -> None:
        if self._status < 200:  # another comes
            self._forget()
            return
        self.is_whole = True
        self.may_go_on = self._parser.should_keep_alive()
