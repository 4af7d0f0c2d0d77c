"""E-mail addresses: lower case, checked by shape only (whether a mailbox exists is not asked)."""

from __future__ import annotations

import re
from typing import Final

from mdm.engine.standardise.registry import Binding, Problem, Standard, Standardiser, shown, standardiser

_PLAIN: Final = re.compile(
    r"(?=.{6,254}\Z)(?=[^@]{1,64}@)[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]"
)


@standardiser("email")
def make_email(binding: Binding) -> Standardiser:
    def email(value: str, region: str) -> Standard:
        text = value.strip().removeprefix("mailto:").strip("<> ").lower()
        if _PLAIN.fullmatch(text):
            return Standard(text, text)
        return _other(value, text)

    return email


def _other(value: str, text: str) -> Standard:
    """International addresses take the long way; what is none of them stays as it is."""
    from email_validator import EmailNotValidError, validate_email  # its patterns take long to load, and few need them

    try:
        address = validate_email(text, check_deliverability=False).normalized.lower()
    except (EmailNotValidError, ValueError, IndexError):
        address = ""
    if address and not text.isascii():
        return Standard(address, address)
    remedy = "Send one address such as name@company.com; several addresses go into elements of their own."
    return Standard(value.strip(), "", Problem("invalid_email", f"{shown(value)} is not an e-mail address.", remedy))
