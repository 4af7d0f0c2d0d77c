"""Calls of Tryton's JSON-RPC interface in a session of the hub's user, which is opened once and again when it ended."""

from __future__ import annotations

import base64
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sync.connectors.errors import ConnectorError
from sync.connectors.http import CallFailed, Exchange, HttpClient, Response
from sync.connectors.interface import Classified, Outcome
from sync.connectors.settings import ConnectionSettings
from sync.connectors.tryton import refusals

# Tryton calls a long answer gzip, whatever was asked for: so we ask for gzip.
_HEADERS: Final = {"Accept-Encoding": "gzip"}
_CONTEXT: Final = {"language": "en", "active_test": False}
_REMEDIES: Final = {
    401: "Tryton refuses the sign-in. Check user and password.",
    403: "Tryton does not let this user call that. Check the user's groups.",
    404: "There is no such database or address. Check both.",
}


@dataclass(frozen=True, slots=True)
class Answer:
    result: Any
    exchange: Exchange


class Session:
    """One user's calls to one database. Threads may share it: they sign in once."""

    def __init__(self, settings: ConnectionSettings) -> None:
        self._client = HttpClient(settings)
        self._path = f"{settings.options.get('database', '')}/rpc/"
        self._user = str(settings.options.get("user", ""))
        self._secrets = settings.secrets
        self._signing_in = threading.Lock()
        self._token = ""

    def read(self, method: str, *arguments: Any) -> Answer:
        """What a method that changes nothing answers.

        Raises: CallFailed.
        """
        return self._call(method, arguments, writes=False)

    def write(
        self,
        method: str,
        *arguments: Any,
        stamps: Mapping[str, str] | None = None,
        document: Mapping[str, Any] | None = None,
        request_id: str = "",
    ) -> Answer:
        """What a method that writes answers. With `stamps` it writes only if these records are as they were read.

        Raises: CallFailed; its field errors name fields of the document.
        """
        context = {"_timestamp": dict(stamps)} if stamps else {}
        return self._call(method, arguments, writes=True, context=context, document=document, request_id=request_id)

    def version(self) -> str:
        """Raises: CallFailed."""
        body = {"id": 1, "method": "common.server.version", "params": []}
        answer = self._client.send("POST", "rpc/", json=body, writes=False, headers=_HEADERS)
        return str(_result(answer, None).result)

    def _call(
        self,
        method: str,
        arguments: tuple[Any, ...],
        *,
        writes: bool,
        context: Mapping[str, Any] | None = None,
        document: Mapping[str, Any] | None = None,
        request_id: str = "",
    ) -> Answer:
        body = {"id": 1, "method": method, "params": [*arguments, _CONTEXT | dict(context or {})]}
        token = ""
        for _ in range(2):
            token = self._signed_in(instead_of=token)
            headers = _HEADERS | {"Authorization": token}
            answer = self._client.send(
                "POST", self._path, json=body, writes=writes, headers=headers, request_id=request_id
            )
            if answer.status != 401:  # 401: the session has ended, and nothing was done
                break
        return _result(answer, document)

    def _signed_in(self, instead_of: str) -> str:
        """The session's token; a new one if the one that we have is the one that ended."""
        with self._signing_in:
            if not self._token or self._token == instead_of:
                self._token = ""
                self._token = self._sign_in()
            return self._token

    def _sign_in(self) -> str:
        body = {
            "id": 1,
            "method": "common.db.login",
            "params": [self._user, {"password": self._secrets["password"]}, "en"],
        }
        try:
            answer = self._client.send("POST", self._path, json=body, writes=False, headers=_HEADERS)
            user, session, *_ = _result(answer, None).result
        except ConnectorError as error:
            # Its exchange is not kept: the answer to a sign-in is a secret.
            raise CallFailed(error.classified, Exchange("(sign-in)")) from None
        except (TypeError, ValueError):
            what = "Tryton's answer to the sign-in is not understood."
            raise CallFailed(Classified(Outcome.CONFIG, "sign_in_unreadable", what), Exchange("(sign-in)")) from None
        told = f"{self._user}:{user}:{session}".encode()
        return f"Session {base64.b64encode(told).decode()}"


def _result(answer: Response, document: Mapping[str, Any] | None) -> Answer:
    if answer.status != 200:
        raise CallFailed(by_status(answer), answer.exchange)
    told = answer.json()
    if isinstance(told, dict) and "error" in told:
        raise CallFailed(refusals.classified(told["error"] or [], document), answer.exchange)
    if not isinstance(told, dict) or "result" not in told:
        outcome = Outcome.UNKNOWN if answer.writes else Outcome.RETRY
        what = "The answer holds neither a result nor an error."
        raise CallFailed(Classified(outcome, "unreadable_answer", what), answer.exchange)
    return Answer(told["result"], answer.exchange)


def by_status(answer: Response) -> Classified:
    """What a status other than 200 means."""
    found = answer.classified()
    if answer.status in _REMEDIES:
        return Classified(Outcome.CONFIG, found.code, _REMEDIES[answer.status])
    if found.outcome is Outcome.REJECTED and answer.status != 413:
        # What is wrong with a record comes inside a 200.
        return Classified(Outcome.CONFIG, found.code, f"{found.message} Is that a Tryton?")
    if found.outcome is Outcome.APPLIED:
        what = "Tryton answers with 200 only; something else answered."
        return Classified(Outcome.UNKNOWN if answer.writes else Outcome.RETRY, found.code, what)
    return found
