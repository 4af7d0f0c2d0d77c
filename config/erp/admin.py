"""Tryton's own interface, spoken as its administrator while the template is made."""

from __future__ import annotations

import base64
import gzip
import json
import urllib.error
import urllib.request
from http import HTTPStatus
from typing import Any

from config.erp import ErpError

SECONDS = 120


class _EndedError(ErpError):
    """Tryton does not know the session."""


class Admin:
    """A session of the administrator.

    Raises: ErpError when Tryton refuses something.
    """

    def __init__(self, url: str, database: str, password: str) -> None:
        self._address = f"{url}/{database}/rpc/"
        self._password = password
        self._headers = {"Content-Type": "application/json"}
        self._sign_in()

    def call(self, method: str, *arguments: Any) -> Any:
        """The method's result; a session that Tryton ended, idle for long, is opened again once."""
        try:
            return self._ask(method, [*arguments, {}])
        except _EndedError:
            self._sign_in()
            return self._ask(method, [*arguments, {}])

    def _sign_in(self) -> None:
        self._headers.pop("Authorization", None)
        user, session, *_ = self._ask("common.db.login", ["admin", {"password": self._password}, "en"])
        token = base64.b64encode(f"admin:{user}:{session}".encode()).decode()
        self._headers["Authorization"] = f"Session {token}"

    def _ask(self, method: str, params: list[Any]) -> Any:
        body = json.dumps({"id": 1, "method": method, "params": params}).encode()
        call = urllib.request.Request(self._address, body, self._headers | {"Accept-Encoding": "gzip"})  # noqa: S310
        try:
            with urllib.request.urlopen(call, timeout=SECONDS) as answer:  # noqa: S310 - our own loopback address
                content = answer.read()
                zipped = answer.headers.get("Content-Encoding") == "gzip"
        except urllib.error.URLError as error:
            refused = isinstance(error, urllib.error.HTTPError) and error.code == HTTPStatus.UNAUTHORIZED
            kind = _EndedError if refused else ErpError
            raise kind(f"Tryton did not do {method} ({error}). Remove its folder to begin anew.") from None
        told = json.loads(gzip.decompress(content) if zipped else content)
        if "error" in told:
            raise ErpError(f"Tryton refused {method}: {told['error']}. Remove its folder to begin anew.")
        return told["result"]
