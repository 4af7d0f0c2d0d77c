"""Times and signed numbers as people read them: "3 d" on the screen, "12 Mar 2026 14:02" wherever it must be exact."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

STEPS = ((timedelta(minutes=1), 1, "s"), (timedelta(hours=1), 60, "min"), (timedelta(days=1), 3600, "h"))


def exact(value: date | datetime | None, *, seconds: bool = False) -> str:
    """An unambiguous date, with the time when there is one."""
    if not value:
        return ""
    if not isinstance(value, datetime):
        return date_format(value, "j M Y")
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return date_format(local, "j M Y H:i:s" if seconds else "j M Y H:i")


def age(value: datetime | None, now: datetime) -> str:
    """How long ago, in one unit; beyond thirty days the date says more."""
    if value is None:
        return ""
    passed = now - value
    if passed < timedelta(seconds=5):
        return _("now")
    for limit, seconds, unit in STEPS:
        if passed < limit:
            return f"{int(passed.total_seconds() // seconds)} {unit}"
    return f"{passed.days} d" if passed.days <= 30 else exact(value.date())


def length(seconds: float | None) -> str:
    """A duration in the two largest units that matter."""
    if seconds is None:
        return ""
    whole = int(seconds)
    if whole < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{whole} s"
    minutes = whole // 60
    units = ((minutes, "min"), (whole % 60, "s")) if minutes < 60 else ((minutes // 60, "h"), (minutes % 60, "min"))
    return " ".join(f"{count} {unit}" for count, unit in units if count)


def plain(bits: float) -> str:
    """A score with one decimal and the real minus sign."""
    return f"{bits:.1f}".replace("-0.0", "0.0").replace("-", "−")


def signed(bits: float) -> str:
    """An addend of a score, with its sign; nought has none."""
    text = plain(bits)
    return "0" if text == "0.0" else text if text.startswith("−") else f"+{text}"
