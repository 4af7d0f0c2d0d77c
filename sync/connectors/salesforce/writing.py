"""Writes: new records by external id in collections, known ones one by one where they are still what was confirmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sync.connectors import results
from sync.connectors.documents import differences, document_hash
from sync.connectors.http import CallFailed, Response
from sync.connectors.interface import Classified, Op, Outcome, PushItem, PushResult, Snapshot
from sync.connectors.salesforce import reading, refusals
from sync.connectors.salesforce.session import Session

_STATUSES: Final = {Op.BLOCK: "Blocked", Op.UNBLOCK: "Active", Op.RETIRE: reading.RETIRED}


class Writer:
    """Writes items of one object. Every item gets an ending, whatever happens to the others."""

    def __init__(self, session: Session, external_id: str, status_field: str) -> None:
        self._session = session
        self._external_id = external_id
        self._status_field = status_field

    def write(self, items: Sequence[PushItem], there: Mapping[str, Snapshot]) -> list[PushResult]:
        """One result per item, in their order. `there`: what was found of the known ones just now."""
        endings: dict[int, PushResult] = {}
        together: list[int] = []
        for place, item in enumerate(items):
            if self.is_confirmed(item):
                endings[place] = results.ended(item, Outcome.NOOP, target_key=item.target_key, etag=item.base_etag)
            elif item.op is Op.MERGE:
                endings[place] = _cannot_merge(item)
            elif item.golden_id in there:
                endings[place] = self._known(item, there[item.golden_id])
            else:
                together.append(place)
        if together:
            made = self._collection([items[place] for place in together])
            endings |= dict(zip(together, made, strict=True))
        return [endings[place] for place in range(len(items))]

    @staticmethod
    def is_confirmed(item: PushItem) -> bool:
        """Whether the target was last confirmed to hold exactly this."""
        return item.op is Op.UPSERT and bool(item.base_hash) and item.base_hash == document_hash(item.payload)

    def _known(self, item: PushItem, seen: Snapshot) -> PushResult:
        """Write to a record that was read a moment ago: not where it moved, not over an edit, not for nothing."""
        if seen.redirected_from and seen.golden_id not in (None, item.golden_id):
            return results.merged_there(item, seen.target_key)
        document = self._document(item)
        if not seen.redirected_from:
            if item.base_etag and item.base_etag != seen.etag:
                what = "The record changed there since it was last confirmed."
                return results.ended(
                    item, Outcome.CONFLICT, target_key=seen.target_key, code=refusals.STALE, message=what
                )
            if not differences(document, seen.fields):
                return results.ended(item, Outcome.NOOP, target_key=seen.target_key, etag=seen.etag)
        return self._update(item, document, seen)

    def _update(self, item: PushItem, document: dict[str, Any], seen: Snapshot) -> PushResult:
        followed = seen.redirected_from is not None
        if followed or seen.golden_id is None:
            document = document | {self._external_id: item.golden_id}
        headers = {"If-Unmodified-Since": reading.http_date(seen.etag)} if seen.etag else {}
        path = f"sobjects/{item.object}/{seen.target_key}"
        try:
            answer = self._session.send("PATCH", path, json=document, headers=headers, request_id=item.push_id.hex)
        except CallFailed as error:
            return results.failed(item, error)
        found = refusals.classify(answer)
        if found.outcome is not Outcome.APPLIED:
            return results.from_classified(item, found, answer.exchange)
        return results.ended(
            item,
            Outcome.APPLIED,
            answer.exchange,
            target_key=seen.target_key,
            created=False,
            code=results.FOLLOWED_MERGE if followed else "",
        )

    def _collection(self, items: Sequence[PushItem]) -> list[PushResult]:
        records = [
            {"attributes": {"type": item.object}, self._external_id: item.golden_id} | self._document(item)
            for item in items
        ]
        path = f"composite/sobjects/{items[0].object}/{self._external_id}"
        body = {"allOrNone": False, "records": records}
        try:
            answer = self._session.send("PATCH", path, json=body, request_id=items[0].push_id.hex)
            found = refusals.classify(answer)
            if found.outcome is not Outcome.APPLIED:
                return [results.from_classified(item, found, answer.exchange) for item in items]
            endings = answer.json()
        except CallFailed as error:
            return [results.failed(item, error) for item in items]
        if not isinstance(endings, list) or len(endings) != len(items):
            what = "The answer does not tell about every record."
            unknown = {"code": "incomplete", "message": what}
            return [results.ended(item, Outcome.UNKNOWN, answer.exchange, **unknown) for item in items]
        return [_of_collection(item, told, answer) for item, told in zip(items, endings, strict=True)]

    def _document(self, item: PushItem) -> dict[str, Any]:
        status = _STATUSES.get(item.op)
        return dict(item.payload) | ({self._status_field: status} if status else {})


def _of_collection(item: PushItem, told: Mapping[str, Any], answer: Response) -> PushResult:
    """An ending inside a 200: success counts, the status does not."""
    if told.get("success") is True and told.get("id"):
        return results.ended(
            item,
            Outcome.APPLIED,
            answer.exchange,
            target_key=str(told["id"]),
            created=bool(told.get("created")),
        )
    errors = told.get("errors") or ()
    what = "The answer says neither success nor what is wrong."
    found = refusals.by_errors(errors) or Classified(
        Outcome.REJECTED if errors else Outcome.UNKNOWN,
        str(errors[0].get("statusCode", "")) if errors else "no_success",
        "; ".join(str(error.get("message", "")) for error in errors) or what,
    )
    return results.from_classified(item, found, answer.exchange)


def _cannot_merge(item: PushItem) -> PushResult:
    what = "Salesforce merges records over its SOAP API only; merge them there, the hub follows."
    return results.ended(item, Outcome.REJECTED, code="no_merge", message=what)
