"""The one HTTP client. It never follows a redirect, never tries again, and says what became of a call that failed."""

from __future__ import annotations

import io
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import orjson
from urllib3 import HTTPResponse
from urllib3.exceptions import HTTPError

from sync.connectors import classify, messages, wire
from sync.connectors.addresses import ForbiddenAddress
from sync.connectors.errors import BadSettings, ConnectorError
from sync.connectors.interface import Classified, Outcome
from sync.connectors.redaction import Redactor
from sync.connectors.settings import ConnectionSettings

MAX_ANSWER_BYTES: Final = 8 * 1024 * 1024
REQUEST_ID: Final = "X-Request-ID"
_READS: Final = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer as redacted text; an answer that never came is empty."""

    request: str = field(default="", repr=False)
    response: str = field(default="", repr=False)


class CallFailed(ConnectorError):
    """A call got no usable answer. `classified` says whether it may have had its effect all the same."""

    def __init__(self, classified: Classified, exchange: Exchange) -> None:
        super().__init__(classified)
        self.exchange = exchange


@dataclass(frozen=True, slots=True)
class Response:
    """A whole answer. `writes` says whether the call could change something there."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    exchange: Exchange = field(repr=False)
    writes: bool = True

    def json(self) -> Any:
        """Raises: CallFailed when the body is no JSON: of a write nobody then knows whether it counted."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            outcome = Outcome.UNKNOWN if self.writes else Outcome.RETRY
            what = f"The answer ({self.status}) is not JSON."
            raise CallFailed(Classified(outcome, "unreadable_answer", what), self.exchange) from None

    def classified(self) -> Classified:
        """What the status means by itself."""
        return classify.by_status(self.status, self.headers, writes=self.writes)


class HttpClient:
    """Calls to one connection's address. Threads may share it."""

    def __init__(self, settings: ConnectionSettings, *, hide: tuple[str, ...] = ()) -> None:
        """`hide` names further fields whose values are secret.

        Raises: BadSettings when the address cannot be used.
        """
        self.redactor = Redactor(settings.secrets.values(), hide)
        self._base = check_address(settings.base_url, allow_private=settings.allow_private)
        self._allow_private = settings.allow_private
        self._timeouts = settings.timeouts
        self._lines = wire.Lines()

    def send(
        self,
        method: str,
        path: str = "",
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        body: bytes | None = None,
        writes: bool | None = None,
        base: str = "",
        request_id: str = "",
    ) -> Response:
        """The answer, whatever its status. `writes` need only be given where the method does not tell.

        Raises: CallFailed when no whole answer came; UNKNOWN only if the call writes and a part of it may have left.
        """
        writes = method.upper() not in _READS if writes is None else writes
        content, kind = _content(json, form, body)
        sent = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "Touchstone"}
        sent |= {"Content-Type": kind} if kind else {}
        sent |= {REQUEST_ID: request_id or uuid4().hex} | dict(headers or {})
        root = check_address(base, allow_private=self._allow_private) if base else self._base
        call = _Call(method.upper(), root, _rest(root, path, query), sent, content, writes)
        times = self._timeouts
        trip = wire.Trip(total=times.total, connect=times.connect, read=times.read, allow_private=self._allow_private)
        try:
            return self._exchange(call, trip)
        except (ForbiddenAddress, messages.BadAnswer, HTTPError, OSError, ValueError) as error:
            raise CallFailed(self._failure(error, trip, call), Exchange(self._told(call))) from None

    def close(self) -> None:
        """Every idle connection is closed."""
        self._lines.close()

    def _exchange(self, call: _Call, trip: wire.Trip) -> Response:
        to, path = wire.origin(call.root)
        target = wire.target(path + call.rest)
        most = MAX_ANSWER_BYTES + 1
        answer = self._lines.exchange(to, trip, call.method, target, call.headers, call.body, most)
        body = _unpacked(answer, most)
        told = self.redactor.message(f"{answer.status} {answer.reason}".strip(), answer.headers, body)
        exchange = Exchange(self._told(call), told)
        if len(body) == most:
            outcome = Outcome.UNKNOWN if call.writes else Outcome.RETRY
            raise CallFailed(Classified(outcome, "answer_too_large", "The answer is larger than 8 MB."), exchange)
        return Response(answer.status, answer.headers, body, exchange, call.writes)

    def _told(self, call: _Call) -> str:
        return self.redactor.message(f"{call.method} {call.root}{call.rest}", call.headers, call.body or b"")

    def _failure(self, error: Exception, trip: wire.Trip, call: _Call) -> Classified:
        if isinstance(error, ForbiddenAddress):
            remedy = "An administrator can let this connection reach private addresses."
            return Classified(Outcome.CONFIG, "forbidden_address", f"{error} {remedy}")
        if trip.sent:
            late = isinstance(error, TimeoutError)
            code, what = ("timeout", "No answer in time.") if late else ("connection_lost", "The connection broke.")
            return Classified(Outcome.UNKNOWN if call.writes else Outcome.RETRY, code, what)
        if isinstance(error, ValueError) and not isinstance(error, HTTPError | OSError):
            return Classified(Outcome.REJECTED, "not_sendable", "A value cannot be put into the request.")
        code, what = _never_left(error)
        return Classified(Outcome.RETRY, code, what)


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    root: str
    rest: str = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)
    writes: bool


def check_address(address: str, *, allow_private: bool) -> str:
    """The address without a closing slash.

    Raises: BadSettings when it is no http(s) address, carries a password, or is not https and not in our own network.
    """
    try:
        parts = urlsplit(address.strip())
        usable = bool(parts.hostname) and parts.scheme in ("http", "https") and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise BadSettings("That is no web address.", field="base_url", remedy="Write it as https://host/path.")
    if parts.username or parts.password:
        raise BadSettings(
            "The address holds a sign-in.", field="base_url", remedy="Give it in the fields meant for it."
        )
    if parts.scheme == "http" and not allow_private:
        raise BadSettings("The address is not encrypted.", field="base_url", remedy="Use https://.")
    return address.strip().rstrip("/")


def _rest(root: str, path: str, query: Mapping[str, Any] | None) -> str:
    """What of an address comes after its root."""
    rest = f"/{path.lstrip('/')}" if path else ""
    return f"{rest}{'&' if '?' in root + rest else '?'}{urlencode(query, doseq=True)}" if query else rest


def _unpacked(answer: messages.Answer, most: int) -> bytes:
    """The body, or its first bytes. Nothing packed is asked for, but some answer so all the same."""
    if len(answer.body) == most or not answer.headers.get("Content-Encoding"):
        return answer.body
    packed = HTTPResponse(io.BytesIO(answer.body), headers=dict(answer.headers.items()), preload_content=False)
    return packed.read(most, decode_content=True)


def _content(json: Any, form: Mapping[str, str] | None, body: bytes | None) -> tuple[bytes | None, str]:
    if json is not None:
        return orjson.dumps(json, default=_plain), "application/json"
    if form is not None:
        return urlencode(form).encode(), "application/x-www-form-urlencoded"
    return body, ""


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def _never_left(error: Exception) -> tuple[str, str]:
    """Code and sentence for a call of which no byte was sent."""
    if isinstance(error, wire.NoSuchHost):
        return "unknown_host", "The host's name is not known."
    if isinstance(error, wire.NotReached):
        return "refused", "The host refused the connection."
    if isinstance(error, ssl.SSLError):
        return "tls", "No trusted encrypted connection could be made; look at the host's certificate."
    if isinstance(error, TimeoutError):
        return "connect_timeout", "The host did not take the connection in time."
    return "not_sent", "The call could not be sent."
