"""What Salesforce's error codes mean for the item they answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sync.connectors.errors import ConnectorError
from sync.connectors.http import Response
from sync.connectors.interface import Classified, FieldError, Outcome, ThrottleScope

MEANINGS: Final[Mapping[str, Outcome]] = {
    "UNABLE_TO_LOCK_ROW": Outcome.RETRY,
    "QUERY_TIMEOUT": Outcome.RETRY,
    "SERVER_UNAVAILABLE": Outcome.THROTTLED,
    "REQUEST_LIMIT_EXCEEDED": Outcome.THROTTLED,
    "INVALID_SESSION_ID": Outcome.CONFIG,
    "INVALID_LOGIN": Outcome.CONFIG,
    "API_DISABLED_FOR_ORG": Outcome.CONFIG,
    "INSUFFICIENT_ACCESS": Outcome.CONFIG,
    "INSUFFICIENT_ACCESS_OR_READONLY": Outcome.CONFIG,
    "INVALID_TYPE": Outcome.CONFIG,
    "INVALID_FIELD": Outcome.REJECTED,
    "REQUIRED_FIELD_MISSING": Outcome.REJECTED,
    "STRING_TOO_LONG": Outcome.REJECTED,
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": Outcome.REJECTED,
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": Outcome.REJECTED,
    "INVALID_EMAIL_ADDRESS": Outcome.REJECTED,
    "MALFORMED_ID": Outcome.REJECTED,
    "DUPLICATES_DETECTED": Outcome.REJECTED,
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": Outcome.REJECTED,
    # Two creates of one external id at the same moment: the next look finds the winner's record.
    "DUPLICATE_VALUE": Outcome.RETRY,
    "DUPLICATE_EXTERNAL_ID": Outcome.CONFLICT,
    "ENTITY_IS_DELETED": Outcome.CONFLICT,
    "NOT_FOUND": Outcome.CONFLICT,
    "PRECONDITION_FAILED": Outcome.CONFLICT,
}
STALE: Final = "stale"
_CODES: Final = {"PRECONDITION_FAILED": STALE}


def classify(answer: Any) -> Classified:
    """What a response or an exception of Salesforce means."""
    if isinstance(answer, ConnectorError):
        return answer.classified
    assert isinstance(answer, Response)
    if answer.status == 300:
        what = "Several records there carry this external id."
        return Classified(Outcome.CONFLICT, "DUPLICATE_EXTERNAL_ID", what)
    if 200 <= answer.status < 300 or not answer.body.startswith(b"["):
        return answer.classified()
    return by_errors(answer.json()) or answer.classified()


def by_errors(errors: Sequence[Mapping[str, Any]]) -> Classified | None:
    """The meaning of an answer's errors, by the first that is known; None when none is."""
    for error in errors:
        code = str(error.get("errorCode") or error.get("statusCode") or "")
        outcome = MEANINGS.get(code)
        if outcome is not None:
            return _classified(outcome, code, errors)
    return None


def _classified(outcome: Outcome, code: str, errors: Sequence[Mapping[str, Any]]) -> Classified:
    message = "; ".join(str(error.get("message", "")) for error in errors)[:1000]
    named = tuple(
        FieldError(str(field), str(error.get("message", "")), code=code)
        for error in errors
        for field in error.get("fields") or ()
    )
    scope = None
    if outcome is Outcome.THROTTLED:
        scope = ThrottleScope.DAY if code == "REQUEST_LIMIT_EXCEEDED" else ThrottleScope.CONNECTION
    return Classified(outcome, _CODES.get(code, code), message, throttle_scope=scope, field_errors=named)
