"""Bringing parties to what is wanted: read, write what differs, read again, until nothing differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sync.connectors import results
from sync.connectors.errors import ConnectorError
from sync.connectors.http import Exchange
from sync.connectors.interface import Op, Outcome, PushItem, PushResult
from sync.connectors.tryton import refusals
from sync.connectors.tryton.plan import CannotBe, CountryId, Step, next_step
from sync.connectors.tryton.reading import Found, etag
from sync.connectors.tryton.rpc import Session
from sync.connectors.tryton.shape import OBJECT, Party
from sync.connectors.tryton.wanted import Wanted, faults, wanted

ROUNDS: Final = 5
# Somebody was quicker: what is there now has to be looked at again.
_LOOK_AGAIN: Final = {refusals.EXISTS, refusals.STALE}


@dataclass
class _Work:
    """One item under way."""

    item: PushItem
    wanted: Wanted
    step: Step | None = None
    base: str | None = None  # what the record was like when we first looked
    wrote: bool = False
    created: bool = False
    followed: bool = False
    exchange: Exchange = results.NOTHING
    result: PushResult | None = None


class Pushing:
    """A batch of items, from the first look to one ending each."""

    def __init__(self, session: Session, country: CountryId, items: Sequence[PushItem]) -> None:
        self._session = session
        self._country = country
        self._works = [_Work(item, wanted(item)) if not faults(item) else _refused(item) for item in items]

    def run(self) -> list[PushResult]:
        """One result per item, in their order."""
        # What we know no record of is made at once: if it is there after all, its code is taken, and we look.
        new = [work for work in self._works if work.result is None and _is_new(work)]
        for work in new:
            self._step(work, None)
        self._write([work for work in new if work.result is None])
        for _ in range(ROUNDS):
            pending = [work for work in self._works if work.result is None]
            if not pending:
                break
            self._look(pending)
            self._write([work for work in pending if work.result is None])
        return [work.result or _endless(work) for work in self._works]

    def _look(self, pending: Sequence[_Work]) -> None:
        """Each gets its next step, or its ending."""
        try:
            found = Found(self._session, {work.item.golden_id: work.item.target_key for work in pending})
        except ConnectorError as error:
            for work in pending:
                work.result = _unread(work, error)
            return
        for work in pending:
            live = found.last(work.item.golden_id)
            work.followed = live is not None and live is not found.first(work.item.golden_id)
            work.result = _ending(work, live)
            if work.result is None:
                self._step(work, live)

    def _step(self, work: _Work, live: Party | None) -> None:
        """The work gets its next step, or its ending."""
        try:
            work.result = self._plan(work, live)
        except CannotBe as reason:
            work.result = results.from_classified(work.item, reason.classified, work.exchange)
        except ConnectorError as error:
            work.result = _unread(work, error)

    def _plan(self, work: _Work, live: Party | None) -> PushResult | None:
        work.step = next_step(live, work.wanted, self._country)
        if work.step is None:
            return _done(work, live)
        if live is not None and not work.wrote and work.item.op is Op.UPSERT:
            is_stale = work.base is not None and work.base != etag(live)
            if is_stale or (not work.followed and work.item.base_etag not in (None, "", etag(live))):
                what = "The party was changed in Tryton since we last saw it."
                return results.ended(
                    work.item,
                    Outcome.CONFLICT,
                    work.exchange,
                    target_key=str(live.id),
                    code=results.STALE,
                    message=what,
                )
            work.base = etag(live)
        return None

    def _write(self, pending: Sequence[_Work]) -> None:
        """New ones in one call and known ones in another; where Tryton refuses that, each finds its own reason."""
        for is_new in (True, False):
            works = [work for work in pending if work.step and (work.step.id is None) is is_new]
            if len(works) > 1 and self._write_together(works):
                continue
            for work in works:
                self._write_one(work)

    def _write_together(self, works: Sequence[_Work]) -> bool:
        """Write several at once, all or none; say whether that is settled."""
        steps = [work.step for work in works if work.step]
        try:
            if steps[0].id is None:
                answer = self._session.write(f"model.{OBJECT}.create", [step.values for step in steps])
            else:
                pairs = [part for step in steps for part in ([step.id], step.values)]
                stamps = {name: stamp for step in steps for name, stamp in step.stamps.items()}
                answer = self._session.write(f"model.{OBJECT}.write", *pairs, stamps=stamps)
        except ConnectorError as error:
            if error.classified.outcome is not Outcome.UNKNOWN:
                return False  # nothing was written
            for work in works:
                work.result = results.failed(work.item, error)
            return True
        for work in works:
            _wrote(work, answer.exchange)
        return True

    def _write_one(self, work: _Work) -> None:
        step, item = work.step, work.item
        assert step is not None
        try:
            if step.id is None:
                answer = self._session.write(
                    f"model.{OBJECT}.create", [step.values], document=item.payload, request_id=item.push_id.hex
                )
            else:
                answer = self._session.write(
                    f"model.{OBJECT}.write",
                    [step.id],
                    step.values,
                    stamps=step.stamps,
                    document=item.payload,
                    request_id=item.push_id.hex,
                )
        except ConnectorError as error:
            failure = results.failed(item, error)
            work.exchange = Exchange(failure.request, failure.response)
            work.result = None if error.classified.code in _LOOK_AGAIN else failure
            return
        _wrote(work, answer.exchange)


def _is_new(work: _Work) -> bool:
    return work.item.op is Op.UPSERT and not work.item.target_key


def _wrote(work: _Work, exchange: Exchange) -> None:
    assert work.step is not None
    work.wrote, work.created, work.exchange = True, work.created or work.step.id is None, exchange


def _refused(item: PushItem) -> _Work:
    found = faults(item)
    what = f"{found[0].target_field}: {found[0].message}"
    refused = results.ended(item, Outcome.REJECTED, code=found[0].code, message=what, field_errors=found)
    return _Work(item, Wanted(item.golden_id), result=refused)


def _ending(work: _Work, live: Party | None) -> PushResult | None:
    """What ends an item before anything is planned: its record is gone, or is somebody else's."""
    item = work.item
    if live is None and item.target_key and work.wanted.creates and not work.created:
        what = f"Tryton has no party {item.target_key} any more; somebody deleted it."
        return results.ended(item, Outcome.CONFLICT, work.exchange, code="deleted_there", message=what)
    if live is not None and live.golden_id not in (None, item.golden_id):
        return results.merged_there(item, str(live.id), work.exchange)
    return None


def _done(work: _Work, live: Party | None) -> PushResult:
    outcome = Outcome.APPLIED if work.wrote else Outcome.NOOP
    if live is None:
        what = "Tryton does not have it, and it is not to be made for this."
        return results.ended(work.item, Outcome.NOOP, work.exchange, code="not_there", message=what)
    return results.ended(
        work.item,
        outcome,
        work.exchange,
        target_key=str(live.id),
        etag=etag(live),
        created=work.created if work.wrote else None,
        code=results.FOLLOWED_MERGE if work.followed else "",
    )


def _unread(work: _Work, error: ConnectorError) -> PushResult:
    """Reading failed: before we wrote, nothing happened; afterwards it has to be looked at again."""
    failure = results.failed(work.item, error)
    if not work.wrote:
        return failure
    what = f"It was written, and could not be read back: {error.classified.message}"
    return results.ended(work.item, Outcome.UNKNOWN, work.exchange, code="not_read_back", message=what)


def _endless(work: _Work) -> PushResult:
    """Others write the same record as often as we look."""
    if work.wrote:
        what = "Tryton keeps it otherwise than it was written."
        return results.ended(work.item, Outcome.CONFLICT, work.exchange, code="kept_otherwise", message=what)
    what = "Others changed the party each time we wanted to write it."
    return results.ended(work.item, Outcome.CONFLICT, work.exchange, code=results.STALE, message=what)
