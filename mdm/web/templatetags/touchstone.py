"""The small parts of every page: icons, times, statuses, ids, JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from mdm.web import charts, diffs, moments, statuses
from mdm.web.record_page import RULES

register = template.Library()

JSON_TOKEN = re.compile(r'("(?:\\.|[^"\\])*")(\s*:)?|(-?\d+(?:\.\d+)?|\btrue\b|\bfalse\b|\bnull\b)')


@register.simple_tag
def icon(name: str) -> SafeString:
    """A symbol of the sprite; always beside a text or inside something labelled."""
    return _icon(name, static("icons.svg"))


@cache
def _icon(name: str, sprite: str) -> SafeString:
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', sprite, name)


@register.simple_tag
def when(value: datetime | date | None) -> SafeString:
    """How long ago, with the exact moment for whoever asks, and on paper."""
    if not value:
        return SafeString("")
    short = moments.age(value, timezone.now()) if isinstance(value, datetime) else moments.exact(value)
    exact = moments.exact(value, seconds=True)
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), exact, short)


@register.filter
def moment(value: datetime | date | None) -> str:
    return moments.exact(value)


@register.filter
def grouped(value: object) -> str:
    """A number as people read it, 48,210; ids and years do not pass through here."""
    if isinstance(value, float):
        return number_format(value, 0 if abs(value) >= 10 else 1, force_grouping=True)
    return number_format(value, force_grouping=True) if isinstance(value, int) else str(value)


@register.filter
def bits(value: float | None) -> str:
    """A score with one decimal and the real minus."""
    return "" if value is None else moments.plain(value)


@register.filter
def share(part: float) -> str:
    """A part of the whole (0 to 1) in per cent, with one decimal."""
    return f"{100 * part:.1f}%"


@register.filter
def gauge(score: float) -> SafeString:
    return charts.score_gauge(score)


@register.filter
def money(value: Decimal | float) -> str:
    """An amount as one reads it in a list: 84k, 2.1m. The installation has one currency, which it need not be told."""
    amount = float(value)
    for size, unit in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if abs(amount) >= size:
            return f"{amount / size:.3g} {unit}"
    return number_format(amount, 0)


@register.filter
def rule(name: str) -> str:
    """A rule of survivorship in words."""
    return str(RULES.get(name, name.replace("_", " ")))


@register.filter
def duration(seconds: float | None) -> str:
    return moments.length(seconds)


@register.simple_tag
def status(code: object, *, pill: bool = False) -> SafeString:
    """Icon and word; `pill` for the one that carries the row."""
    shown = statuses.of(code)
    classes = f"chip {shown.tone}" if pill else f"status tone-{shown.tone}"
    return format_html('<span class="{}">{}{}</span>', classes.strip(), icon(shown.icon), shown.word)


@register.simple_tag
def system(code: str, label: str = "", colour: int = 0) -> SafeString:
    """A system's colour dot and code: sources look the same on every screen."""
    return format_html(
        '<span class="system" title="{}"><span class="dot c{}"></span>{}</span>', label or code, hue(colour), code
    )


@register.simple_tag
def systems(codes: str, palette: Mapping[str, int]) -> SafeString:
    """Several systems of one row, each with its dot."""
    return format_html_join(" ", "{}", ((system(code, "", palette.get(code, 0)),) for code in codes.split()))


def hue(colour: int) -> int:
    """Six series colours serve any number of systems; 0 is the hub's neutral one."""
    return (colour - 1) % 6 + 1 if colour else 0


@register.simple_tag
def kbd(keys: str) -> SafeString:
    return format_html_join(" ", "<kbd>{}</kbd>", ((key,) for key in keys.split()))


@register.filter
def middle(value: object, size: int = 24) -> str:
    """Ids are recognised by both ends, so they are cut in the middle."""
    text = str(value)
    return text if len(text) <= size else f"{text[: size // 2 - 1]}…{text[-(size // 2) + 1 :]}"


@register.filter
def diff(old: object, new: object) -> SafeString:
    return diffs.marked("" if old is None else str(old), "" if new is None else str(new))


@register.simple_tag
def evidence(weight: float, limit: float = 10.0) -> SafeString:
    return charts.evidence_bar(weight, limit)


@register.filter
def json_view(data: object) -> SafeString:
    """Indented JSON with names, texts and numbers told apart; every piece escaped first."""
    text = json.dumps(data, ensure_ascii=False, indent=2, default=str)
    parts, end = [], 0
    for found in JSON_TOKEN.finditer(text):
        parts += [escape(text[end : found.start()]), _token(found)]
        end = found.end()
    return mark_safe("".join([*parts, escape(text[end:])]))  # noqa: S308 - each part escaped above


def _token(found: re.Match[str]) -> str:
    quoted, colon, plain = found.groups()
    kind = "k" if colon else "s" if quoted else "n"
    return f'<span class="{kind}">{escape(quoted or plain)}</span>{colon or ""}'


@register.filter
def control(field: BoundField) -> SafeString:
    """A form field's control, dressed and tied to its hint and its error."""
    parts = {"hint": bool(field.help_text), "error": bool(field.errors)}
    described = " ".join(f"{field.id_for_label}_{part}" for part, present in parts.items() if present)
    attributes: dict[str, str | bool] = {"class": "input"}
    if described:
        attributes["aria-describedby"] = described
    return field.as_widget(attrs=attributes)
