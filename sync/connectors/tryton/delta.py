"""What changed in Tryton, told by its database's own clock.

A transaction may end after one that began later: each look goes back by a while, and what was seen of that while is
kept in the cursor.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from sync.connectors.errors import CursorExpired
from sync.connectors.interface import Change, ChangeKind, ChangePage, Classified, Outcome, ScanPage
from sync.connectors.tryton import times
from sync.connectors.tryton.reading import parties, snapshot
from sync.connectors.tryton.rpc import Session
from sync.connectors.tryton.shape import OBJECT, Party

PAGE: Final = 100
OVERLAP_SECONDS: Final = 30.0
_MODELS: Final = (OBJECT, "party.address", "party.identifier", "party.contact_mechanism")
_EPOCH: Final = "1970-01-01T00:00:00.000000"


@dataclass(frozen=True, slots=True)
class _Cursor:
    """`since`: all before it was told. `after`: the id that a sweep under way has come to; `high`: what it saw last.

    `seen`: what changed in the overlap and was told already, by id.
    """

    since: str
    after: int = 0
    high: str = ""
    seen: dict[str, str] = field(default_factory=dict)

    def text(self) -> str:
        return json.dumps([self.since, self.after, self.high, self.seen])


def changes(session: Session, text: str | None) -> ChangePage:
    """Raises: CallFailed; CursorExpired when the cursor is none of ours."""
    if text is None:
        return ChangePage((), _Cursor(_now(session)).text())
    cursor = _read(text)
    found = parties(session, _changed_since(times.earlier(cursor.since, OVERLAP_SECONDS), cursor.after), PAGE)
    told = tuple(change(each) for each in found if cursor.seen.get(str(each.id)) != each.changed_at)
    return ChangePage(told, _following(cursor, found).text(), more=len(found) == PAGE)


def scan(session: Session, page: str | None) -> ScanPage:
    """Raises: CallFailed."""
    found = parties(session, [["id", ">", int(page or 0)]], PAGE)
    snapshots = tuple(snapshot(each) for each in found)
    return ScanPage(snapshots, str(found[-1].id) if len(found) == PAGE else None)


def change(found: Party) -> Change:
    key = str(found.id)
    if found.replaced_by is not None:
        return Change(ChangeKind.MERGED, key, found.golden_id, snapshot(found), str(found.replaced_by))
    return Change(ChangeKind.CHANGED, key, found.golden_id, snapshot(found))


def _following(cursor: _Cursor, found: list[Party]) -> _Cursor:
    high = times.latest([cursor.high or cursor.since, *(each.changed_at for each in found)])
    seen = cursor.seen | {str(each.id): each.changed_at for each in found}
    if len(found) == PAGE:
        return _Cursor(cursor.since, found[-1].id, high, seen)
    horizon = times.earlier(high, OVERLAP_SECONDS)
    return _Cursor(high, seen={key: moment for key, moment in seen.items() if moment > horizon})


def _changed_since(moment: str, after: int) -> list[Any]:
    when = times.told(moment)
    relations = ("", "addresses.", "identifiers.", "contact_mechanisms.")
    any_of = [[f"{relation}{name}", ">", when] for relation in relations for name in ("write_date", "create_date")]
    return [["id", ">", after], ["OR", *any_of]]


def _now(session: Session) -> str:
    """The latest moment that the database has written anywhere in a party."""
    return times.latest([_EPOCH, *_latest(session)])


def _latest(session: Session) -> Iterator[str]:
    for model in _MODELS:
        for name in ("write_date", "create_date"):
            rows = session.read(
                f"model.{model}.search_read", [[name, "!=", None]], 0, 1, [[name, "DESC"]], [name]
            ).result
            yield from (times.moment(row[name]) for row in rows)


def _read(text: str) -> _Cursor:
    try:
        since, after, high, seen = json.loads(text)
        times.told(since)
        return _Cursor(since, int(after), str(high), {str(key): str(moment) for key, moment in seen.items()})
    except (ValueError, TypeError, AttributeError):
        what = "The cursor is none of Tryton's. Scan everything."
        raise CursorExpired(Classified(Outcome.RETRY, "cursor_unreadable", what)) from None
