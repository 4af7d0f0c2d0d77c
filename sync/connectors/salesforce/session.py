"""Calls with a token: fetched once for all threads, renewed once when it ends, and the quota that answers tell."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Mapping
from typing import Any, Final

from sync.connectors.http import CallFailed, Exchange, HttpClient, Response
from sync.connectors.interface import Classified, Outcome, ThrottleScope
from sync.connectors.salesforce.stand_in import HEADER, STAND_IN
from sync.connectors.settings import ConnectionSettings

SIGN_IN: Final = "services/oauth2/token"
FIGURE_SECONDS: Final = 600.0
_USAGE: Final = re.compile(r"api-usage=(\d+)/(\d+)")


class Session:
    """One org as a connected app sees it. Threads may share it."""

    def __init__(self, settings: ConnectionSettings) -> None:
        self._client = HttpClient(settings)
        self._id = str(settings.options.get("client_id", ""))
        self._secret = settings.secrets
        self._is_stand_in = settings.kind == STAND_IN
        self._root = f"services/data/{settings.options.get('api_version') or 'v66.0'}"
        self._share = float(settings.options.get("quota_share") or 20) / 100
        self._lock = threading.Lock()
        self._token = ""
        self.usage: tuple[int, int] | None = None
        self._learned = 0.0

    def __repr__(self) -> str:
        return f"Session({self._root})"

    def send(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> Response:
        """The answer, whatever its status but a token that ended: then once more with a new one.

        Raises: CallFailed; THROTTLED for the day when our share of the quota is used up.
        """
        self._check_share()
        token = self._current()
        answer = self._call(method, path, token, headers, more)
        if answer.status == 401:
            answer = self._call(method, path, self._renewed(token), headers, more)
        return answer

    def next_page(self, address: str) -> Response:
        """The page that an answer's nextRecordsUrl names."""
        return self.send("GET", address.removeprefix(f"/{self._root}/"))

    def _call(
        self, method: str, path: str, token: str, headers: Mapping[str, str] | None, more: Mapping[str, Any]
    ) -> Response:
        sent = {"Authorization": f"Bearer {token}"} | dict(headers or {})
        answer = self._client.send(method, f"{self._root}/{path}", headers=sent, **more)
        self._note_usage(answer)
        return answer

    def _check_who(self, answer: Response) -> None:
        """Raises: CallFailed when a stand-in answers for Salesforce, or somebody else for the stand-in."""
        found = HEADER in answer.headers
        if found != self._is_stand_in:
            what = (
                "A stand-in answers there, and no Salesforce. Correct the address, or use the stand-in's kind."
                if found
                else "This is to be the stand-in, and something else answers. Correct the address."
            )
            raise CallFailed(Classified(Outcome.CONFIG, "not_who_it_should_be", what), Exchange())

    def _current(self) -> str:
        with self._lock:
            return self._token or self._fetch()

    def _renewed(self, ended: str) -> str:
        """One renewal however many threads found the token ended."""
        with self._lock:
            return self._fetch() if self._token == ended else self._token

    def _fetch(self) -> str:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._id,
            "client_secret": self._secret.get("client_secret", ""),
        }
        answer = self._client.send("POST", SIGN_IN, form=form, writes=False)
        self._check_who(answer)
        if answer.status != 200:
            what = "Salesforce refused the sign-in. Check the consumer key and secret, and the run-as user."
            outcome = Outcome.CONFIG if answer.status in (400, 401, 403) else answer.classified().outcome
            raise CallFailed(Classified(outcome, "sign_in", what), answer.exchange)
        self._token = str(answer.json().get("access_token", ""))
        return self._token

    def _note_usage(self, answer: Response) -> None:
        found = _USAGE.search(answer.headers.get("Sforce-Limit-Info", ""))
        if found:
            self.usage, self._learned = (int(found[1]), int(found[2])), time.monotonic()

    def _check_share(self) -> None:
        fresh = time.monotonic() - self._learned < FIGURE_SECONDS  # the quota rolls on; an old figure is asked anew
        used, allowed = self.usage or (0, 0)
        if fresh and allowed and used >= allowed * self._share:
            what = f"Our share of the org's daily quota is used up ({used} of {allowed} calls)."
            found = Classified(Outcome.THROTTLED, "quota_share", what, throttle_scope=ThrottleScope.DAY)
            raise CallFailed(found, Exchange())
