"""The moment a page is asked for: with an offset from a link, without one from a person's own clock."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from mdm.kernel.errors import Invalid


def read(text: str) -> datetime | None:
    """The moment, or None for now. A date means its end: "as it was that day".

    Raises: Invalid when it is no moment.
    """
    if not text.strip():
        return None
    try:
        moment = parse_datetime(text.strip().replace(" ", "+", 1) if "T" in text else text.strip())
        day = parse_date(text.strip()) if moment is None else None
    except ValueError:
        moment = day = None
    if day:
        moment = datetime(day.year, day.month, day.day, 23, 59, 59, 999_999)
    if moment is None:
        raise Invalid(
            "That is not a moment.", field="as_of", value=text[:60], remedy="Write it as 2026-03-12T14:02:00+01:00."
        )
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
