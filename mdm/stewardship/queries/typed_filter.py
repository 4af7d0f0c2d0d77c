"""The queue's filter as one typed line: `domain:party score:6..9 source:SAP,CRM age:>2d value:>10k who:me müller`.

    domain:party              reason:conflict,broken    source:SAP,CRM     conflict:tax_id   conflict:any
    score:6..9  score:>7      value:>10k  value:..1.5m  members:>2         age:>2d  age:<3h  (m h d w)
    who:me  who:none  who:"Anna Kern"                   state:snoozed      sort:score
    every other word: a code, an identifier or a name

A range includes its ends; `>` and `<` of whole numbers leave the number itself out.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from mdm.kernel.errors import Invalid
from mdm.stewardship.models import TaskReason
from mdm.stewardship.queries.shapes import QueueFilter

STATES = ("open", "waiting", "answered", "snoozed", "escalated", "today", "done", "all")
SORTS = ("value", "score", "age", "new")
LONGEST = 1000
_MULTIPLES = {"": 1, "k": 1_000, "m": 1_000_000}
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DOMAIN = re.compile(r"[a-z][a-z0-9_]{0,39}")
_ATTRIBUTE = re.compile(r"[\w.]{1,120}")
_SYSTEM = re.compile(r"[A-Z0-9_-]{1,40}")


def parse(line: str) -> QueueFilter:
    """Return the filter that the line says; an empty line is the whole open queue, highest value first.

    Raises: Invalid naming the word that is none.
    """
    if len(line) > LONGEST or "\x00" in line:
        raise Invalid("The filter is too long.", field="q", remedy=f"Say it in {LONGEST} characters.")
    found, free = QueueFilter(), []
    for word in _words(line):
        name, colon, said = word.partition(":")
        read = _READERS.get(name.lower()) if colon else None
        if read is None:
            free.append(word)
        else:
            found = replace(found, **read(name.lower(), said))
    return replace(found, text=" ".join(free))


def write(filter: QueueFilter) -> str:
    """Return the line that `parse` reads as this filter, in one fixed order."""
    return " ".join(word for word in _written(filter) if word)


def _words(line: str) -> list[str]:
    reader = shlex.shlex(line, posix=True, punctuation_chars=False)
    reader.whitespace_split, reader.commenters, reader.escape, reader.quotes = True, "", "", '"'
    try:
        return [word for word in reader if word]
    except ValueError as fault:
        raise Invalid("A quotation mark is not closed.", field="q", value=line, remedy="Close it.") from fault


def _wrong(name: str, said: str, expected: str) -> Invalid:
    return Invalid(f"{name}:{said} is no filter.", field="q", value=f"{name}:{said}", remedy=f"Write {expected}.")


def _listed(name: str, said: str, form: re.Pattern[str], expected: str) -> tuple[str, ...]:
    values = tuple(dict.fromkeys(value for value in said.split(",") if value))
    if not values or not all(form.fullmatch(value) for value in values):
        raise _wrong(name, said, expected)
    return values


def _domain(name: str, said: str) -> dict[str, Any]:
    (code,) = _listed(name, said.replace(",", " "), _DOMAIN, "domain: and a domain's code")
    return {"domain": code}


def _reasons(name: str, said: str) -> dict[str, Any]:
    values = tuple(dict.fromkeys(value.upper() for value in said.split(",") if value))
    if not values or not set(values) <= set(TaskReason.values):
        raise _wrong(name, said, f"one of {', '.join(value.lower() for value in TaskReason.values)}")
    return {"reasons": values}


def _systems(name: str, said: str) -> dict[str, Any]:
    return {"systems": _listed(name, said.upper(), _SYSTEM, "source: and codes of systems, such as source:SAP,CRM")}


def _conflicts(name: str, said: str) -> dict[str, Any]:
    return {"conflicts": _listed(name, said, _ATTRIBUTE, "conflict: and attributes, or conflict:any")}


def _who(name: str, said: str) -> dict[str, Any]:
    if not said.strip():
        raise _wrong(name, said, "who:me, who:none or part of a name")
    return {"who": said.strip()}


def _choice(field: str, choices: tuple[str, ...]) -> Callable[[str, str], dict[str, Any]]:
    def read(name: str, said: str) -> dict[str, Any]:
        if said.lower() not in choices:
            raise _wrong(name, said, f"one of {', '.join(choices)}")
        return {field: said.lower()}

    return read


def _range(low: str, high: str, number: Callable[[str], Any], step: int = 0) -> Callable[[str, str], dict[str, Any]]:
    def read(name: str, said: str) -> dict[str, Any]:
        try:
            if said.startswith(">"):
                return {low: number(said[1:]) + step}
            if said.startswith("<"):
                return {high: number(said[1:]) - step}
            first, dots, last = said.partition("..")
            if not dots:
                return {low: number(first), high: number(first)}
            return ({low: number(first)} if first else {}) | ({high: number(last)} if last else {})
        except (ValueError, InvalidOperation, OverflowError) as fault:
            raise _wrong(name, said, f"a range such as {name}:6..9, {name}:>6 or {name}:<9") from fault

    return read


def _bits(text: str) -> float:
    if not re.fullmatch(r"-?\d{1,4}(\.\d{1,6})?", text):
        raise ValueError(text)
    return float(text)


def _amount(text: str) -> Decimal:
    found = re.fullmatch(r"(\d{1,12}(?:\.\d{1,6})?)([km]?)", text.lower())
    if not found:
        raise ValueError(text)
    return (Decimal(found[1]) * _MULTIPLES[found[2]]).quantize(Decimal("0.01"))


def _count(text: str) -> int:
    if not re.fullmatch(r"\d{1,6}", text):
        raise ValueError(text)
    return int(text)


def _age(name: str, said: str) -> dict[str, Any]:
    found = re.fullmatch(r"([<>])(\d{1,5})([mhdw])", said.lower())
    if not found:
        raise _wrong(name, said, "an age such as age:>2d or age:<3h (m, h, d, w)")
    age = timedelta(**{_UNITS[found[3]]: int(found[2])})
    return {"older_than" if found[1] == ">" else "younger_than": age}


_READERS: dict[str, Callable[[str, str], dict[str, Any]]] = {
    "domain": _domain,
    "reason": _reasons,
    "source": _systems,
    "conflict": _conflicts,
    "score": _range("score_from", "score_to", _bits),
    "value": _range("value_from", "value_to", _amount),
    "members": _range("members_from", "members_to", _count, step=1),
    "age": _age,
    "who": _who,
    "state": _choice("state", STATES),
    "sort": _choice("sort", SORTS),
}


def _written(filter: QueueFilter) -> Iterator[str]:
    yield f"domain:{filter.domain}" if filter.domain else ""
    yield f"reason:{','.join(filter.reasons).lower()}" if filter.reasons else ""
    yield f"source:{','.join(filter.systems)}" if filter.systems else ""
    yield f"conflict:{','.join(filter.conflicts)}" if filter.conflicts else ""
    yield _span("score", filter.score_from, filter.score_to)
    yield _span("value", filter.value_from, filter.value_to)
    yield _span("members", filter.members_from, filter.members_to)
    yield _old(">", filter.older_than)
    yield _old("<", filter.younger_than)
    yield f"who:{_quoted(filter.who)}" if filter.who else ""
    yield f"state:{filter.state}" if filter.state != "open" else ""
    yield f"sort:{filter.sort}" if filter.sort != "value" else ""
    yield " ".join(filter.text.split())


def _span(name: str, low: Any, high: Any) -> str:
    if low is None and high is None:
        return ""
    return f"{name}:{_plain(low)}..{_plain(high)}"


def _plain(number: Any) -> str:
    if number is None:
        return ""
    text = format(number, "f") if isinstance(number, Decimal | float) else str(number)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _old(sign: str, age: timedelta | None) -> str:
    if age is None:
        return ""
    minutes = int(age.total_seconds() // 60)
    for unit, size in (("d", 1440), ("h", 60)):
        if minutes and minutes % size == 0:
            return f"age:{sign}{minutes // size}{unit}"
    return f"age:{sign}{minutes}m"


def _quoted(text: str) -> str:
    return f'"{text}"' if re.search(r"\s", text) else text
