"""How an external id is compared: each function maps every spelling of one id to one text.

To add one, write a function under `@canonicaliser("name")`. It must be idempotent (a property test runs them all)
and refuse with `IdentifierError`, which carries the remedy.
"""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Callable
from typing import Final

Canonicaliser = Callable[[str], str]
CANONICALISERS: Final[dict[str, Canonicaliser]] = {}
MAX_LENGTH: Final = 200
_INVISIBLE: Final = "\ufeff\u200b\u2060"
_SUFFIX_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_CASE: Final = str.maketrans({c: "1" if c.isupper() else "0" for c in string.ascii_letters + string.digits})


class IdentifierError(ValueError):
    """The text cannot be an external id of this type."""

    def __init__(self, message: str, *, remedy: str) -> None:
        super().__init__(f"{message} {remedy}")
        self.message = message
        self.remedy = remedy


def canonicaliser(name: str) -> Callable[[Canonicaliser], Canonicaliser]:
    def register(function: Canonicaliser) -> Canonicaliser:
        CANONICALISERS[name] = function
        return function

    return register


def canonicalise(name: str, value: str) -> str:
    """The one text that stands for this id.

    Raises: IdentifierError when it cannot be such an id; KeyError for an unknown canonicaliser.
    """
    return CANONICALISERS[name](value)


@canonicaliser("plain")
def plain(value: str) -> str:
    """Without outer whitespace, composed (NFC)."""
    text = value if value.isascii() else unicodedata.normalize("NFC", value).strip(_INVISIBLE)
    text = text.strip()
    if not text:
        raise IdentifierError("The identifier is empty.", remedy="Send the record's identifier in its own system.")
    if len(text) > MAX_LENGTH:
        raise IdentifierError(
            f"The identifier has {len(text)} characters.", remedy=f"Send {MAX_LENGTH} characters at most."
        )
    if not text.isprintable():
        _refuse_unprintable(text)
    return text


@canonicaliser("sap_alpha")
def sap_alpha(value: str) -> str:
    """SAP's ALPHA conversion: leading zeros of an all-digit number do not count."""
    text = plain(value)
    return text.lstrip("0") or "0" if text.isascii() and text.isdigit() else text


@canonicaliser("casefold")
def casefold(value: str) -> str:
    """Upper and lower case do not count."""
    text = plain(value)
    if text.isascii():
        return text.lower()
    folded = plain(text.casefold())
    while folded != text:
        text, folded = folded, plain(folded.casefold())
    return folded


@canonicaliser("digits")
def digits(value: str) -> str:
    """Only the digits count."""
    text = "".join(c for c in unicodedata.normalize("NFKC", plain(value)) if c in "0123456789")
    if not text:
        raise IdentifierError("The identifier has no digit.", remedy="Send the identifier with its digits.")
    return plain(text)


@canonicaliser("salesforce_id")
def salesforce_id(value: str) -> str:
    """A Salesforce id in its 18-character form, whose last three characters carry the case of the first 15."""
    text = plain(value)
    if not (text.isascii() and text.isalnum() and len(text) in (15, 18)):
        raise IdentifierError(
            f"{text[:40]!r} is not a Salesforce id.", remedy="Send its 15 or 18 letters and digits, without spaces."
        )
    body, suffix = text[:15], text[15:].upper()
    if suffix and suffix != _salesforce_suffix(body):
        body = _restore_case(body, suffix)
    return body + _salesforce_suffix(body)


def _salesforce_suffix(body: str) -> str:
    """Each character stands for five of the body, of which the first counts least."""
    case = body.translate(_CASE)[::-1]
    return "".join(_SUFFIX_ALPHABET[int(case[start : start + 5], 2)] for start in (10, 5, 0))


def _restore_case(body: str, suffix: str) -> str:
    """A spreadsheet that lost the case left it in the suffix; mixed case that disagrees with it is a typing error."""
    wrong = IdentifierError(
        f"The check characters {suffix!r} do not belong to {body!r}.", remedy="Copy the id again from Salesforce."
    )
    if body not in (body.lower(), body.upper()) or any(char not in _SUFFIX_ALPHABET for char in suffix):
        raise wrong
    upper = [_SUFFIX_ALPHABET.index(char) >> bit & 1 for char in suffix for bit in range(5)]
    restored = "".join(c.upper() if up else c.lower() for c, up in zip(body, upper, strict=True))
    if _salesforce_suffix(restored) != suffix:
        raise wrong
    return restored


def _refuse_unprintable(text: str) -> None:
    """Spaces of other scripts are kept; what no eye can see is refused."""
    for char in text:
        if unicodedata.category(char) in ("Cc", "Cs", "Cf", "Zl", "Zp"):
            raise IdentifierError(
                f"The identifier holds the invisible character U+{ord(char):04X}.",
                remedy="Remove it and send it again.",
            )
