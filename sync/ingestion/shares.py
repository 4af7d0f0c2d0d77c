"""Shares as people write them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from mdm.kernel.errors import Invalid


def share_named(text: str) -> Decimal:
    """Return the share meant by `10%` or `0.1`.

    Raises: Invalid for anything else.
    """
    number = text.strip().removesuffix("%")
    try:
        share = Decimal(number)
    except InvalidOperation:
        raise Invalid(
            f"{text!r} is no share.", field="absent_limit", value=text[:20], remedy="Give a share such as 10%."
        ) from None
    return share / 100 if text.strip().endswith("%") else share
