"""What an HTTP answer means where the target has no meaning of its own for it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final

from sync.connectors.interface import Classified, Outcome, ThrottleScope

# 5xx is not listed: a write may have landed before the server failed.
STATUSES: Final[Mapping[int, Outcome]] = {
    401: Outcome.CONFIG,
    403: Outcome.CONFIG,
    407: Outcome.CONFIG,
    410: Outcome.CONFIG,
    408: Outcome.RETRY,
    425: Outcome.RETRY,
    423: Outcome.RETRY,
    429: Outcome.THROTTLED,
    503: Outcome.THROTTLED,
    409: Outcome.CONFLICT,
    412: Outcome.CONFLICT,
    428: Outcome.CONFLICT,
}
_REMARKS: Final[Mapping[Outcome, str]] = {
    Outcome.CONFIG: "Check the address, the sign-in and its rights.",
    Outcome.CONFLICT: "The record changed there, or exists there already.",
}


def by_status(status: int, headers: Mapping[str, str], *, writes: bool) -> Classified:
    """The meaning of a status, for a call that writes or one that only reads."""
    code = f"http_{status}"
    if 200 <= status < 300:
        return Classified(Outcome.APPLIED, code)
    if 300 <= status < 400:
        return Classified(
            Outcome.CONFIG, code, "The address redirects, and no redirect is followed. Give the final one."
        )
    outcome = STATUSES.get(status) or _by_hundred(status, writes=writes)
    message = f"{status} {_phrase(status)}. {_REMARKS.get(outcome, '')}".strip()
    if outcome is not Outcome.THROTTLED:
        return Classified(outcome, code, message, retry_after=retry_after(headers))
    return Classified(outcome, code, message, retry_after(headers), ThrottleScope.CONNECTION)


def retry_after(headers: Mapping[str, str], now: dt.datetime | None = None) -> float | None:
    """Seconds the target asks us to wait, or None. A date is read against the answer's own Date header."""
    text = _header(headers, "retry-after").strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        moment = _date(text)
        if moment is None:
            return None
        seconds = (moment - (_date(_header(headers, "date")) or now or dt.datetime.now(dt.UTC))).total_seconds()
    return max(seconds, 0.0) if math.isfinite(seconds) else None


def _by_hundred(status: int, *, writes: bool) -> Outcome:
    if 400 <= status < 500:
        return Outcome.REJECTED
    return Outcome.UNKNOWN if writes else Outcome.RETRY


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "unknown status"


def _header(headers: Mapping[str, str], name: str) -> str:
    for each, value in headers.items():
        if each.lower() == name:
            return value
    return ""


def _date(text: str) -> dt.datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
