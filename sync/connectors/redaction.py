"""What may be kept of a request and its answer: readable by whoever mends it, useless to whoever steals it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import quote, quote_plus

HIDDEN: Final = "•••"
KEPT_CHARACTERS: Final = 16_384
_MARGIN: Final = 8_192  # redacted beyond what is kept, so that no secret is cut in two and half of it kept
_SHORTEST: Final = 4  # a shorter secret would blank half the text; its field's name hides it

HEADERS: Final = frozenset(
    {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-csrf-token", "webhook-signature"}
)
FIELDS: Final = frozenset(
    {
        *("password", "passwd", "secret", "token", "api_key", "apikey", "authorization", "assertion", "session"),
        *("access_token", "refresh_token", "id_token", "client_secret", "private_key", "signature", "sig"),
        *("client_assertion", "sessionid", "session_id", "code_verifier"),
    }
)
# An expression that ignores case takes them for an i; folded they are none.
_LIKE_I: Final = ("\N{LATIN SMALL LETTER DOTLESS I}", "\N{COMBINING DOT ABOVE}")
_SECRET_WORD: Final = re.compile(r"secret|token|password|api-?key|credential|session", re.IGNORECASE)


class Redactor:
    """Takes the secrets of one connection, and fields named as secrets, out of any text."""

    def __init__(self, secrets: Iterable[str] = (), fields: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets if len(secret) >= _SHORTEST for form in _forms(secret)}
        longest_first = sorted(forms, key=len, reverse=True)
        self._values = re.compile("|".join(map(re.escape, longest_first))) if forms else None
        secret_fields = {*FIELDS, *fields}
        self._marks = _marks(secret_fields)
        names = "|".join(re.escape(name) for name in sorted(secret_fields, key=len, reverse=True))
        self._json = re.compile(
            rf'("(?:{names})"\s*:\s*)("(?:[^"\\]|\\.)*"?|\[[^\]]*\]?|\{{[^}}]*\}}?|[^\s,}}\]]+)', re.IGNORECASE
        )
        self._form = re.compile(rf"((?:^|[?&\s;])(?:{names})=)[^&\s;]*", re.IGNORECASE)

    def text(self, text: str) -> str:
        """The text, with each secret value and each secret field's value hidden."""
        if self._values is not None:
            text = self._values.sub(HIDDEN, text)
        if not self._may_name(text.casefold()):
            return text
        text = self._json.sub(rf'\1"{HIDDEN}"', text)
        return self._form.sub(rf"\1{HIDDEN}", text)

    def _may_name(self, folded: str) -> bool:
        """Whether one of the names may stand there: to look for them all costs ten times as much."""
        return any(mark in folded for mark in self._marks)

    def message(self, first_line: str, headers: Mapping[str, str], body: bytes) -> str:
        """One HTTP message as text to keep: cut to a bearable length, secrets hidden."""
        lines = [first_line, *(f"{name}: {HIDDEN if _hides(name) else value}" for name, value in headers.items())]
        return _fit(self.text("\n".join([*lines, "", _readable(body)])))

    def body(self, body: bytes) -> str:
        return self.text(_readable(body))


def _marks(names: Iterable[str]) -> tuple[str, ...]:
    """The fewest texts of which every name holds one: where none of them is, no field is secret."""
    found: list[str] = []
    for name in sorted({name.casefold() for name in names}, key=len):
        if not any(mark in name for mark in found):
            found.append(name)
    return (*found, *_LIKE_I)


def _readable(body: bytes) -> str:
    head = body[: KEPT_CHARACTERS + _MARGIN].decode("utf-8", errors="replace")
    return head.replace("\x00", "\N{SYMBOL FOR NULL}")


@lru_cache(maxsize=512)
def _hides(header: str) -> bool:
    return header.lower() in HEADERS or _SECRET_WORD.search(header) is not None


def _fit(text: str) -> str:
    return text if len(text) <= KEPT_CHARACTERS else f"{text[:KEPT_CHARACTERS]}\n… cut here"


def _forms(secret: str) -> set[str]:
    """The shapes in which a value travels: as it is, in JSON, in an address."""
    in_json = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    return {secret, quote(secret, safe=""), quote_plus(secret), *in_json}
