"""The connector of a Tryton: parties by our code, each write compared first and bound to what was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sync.connectors import results
from sync.connectors.errors import ConnectorError
from sync.connectors.http import Response
from sync.connectors.interface import (
    Capabilities,
    ChangePage,
    Classified,
    ConnectorClass,
    HealthCheck,
    HealthReport,
    Op,
    Outcome,
    PushItem,
    PushResult,
    ScanPage,
    Snapshot,
    TargetSchema,
)
from sync.connectors.settings import ConnectionSettings
from sync.connectors.tryton import delta, refusals, rpc, schema
from sync.connectors.tryton.countries import Countries
from sync.connectors.tryton.plan import CannotBe, next_step
from sync.connectors.tryton.pushing import Pushing
from sync.connectors.tryton.reading import Found, etag, snapshot
from sync.connectors.tryton.shape import CONTACT, OBJECT
from sync.connectors.tryton.wanted import faults, wanted

SERIES: Final = "8."
_MODELS: Final = (OBJECT, "party.address", "party.identifier", CONTACT)


class TrytonConnector:
    def __init__(self, settings: ConnectionSettings) -> None:
        self._session = rpc.Session(settings)
        self._countries = Countries(self._session)
        self.capabilities: Mapping[str, Capabilities] = {
            OBJECT: Capabilities(
                ConnectorClass.U,
                client_key=True,
                etag=True,
                batch_max=20,
                delta="timestamp",
                block=True,
                quiet_period=0.0,  # `code` is unique there: a late create meets its own record
                call_timeout=settings.timeouts.total,
            )
        }

    def check(self) -> HealthReport:
        checks: list[HealthCheck] = []
        version = ""
        try:
            version = self._session.version()
            known = version.startswith(SERIES)
            remedy = "" if known else f"This connector was proved with Tryton {SERIES}x only."
            checks.append(HealthCheck("version", known, f"Tryton {version}", remedy))
            rights = self._session.read("model.ir.model.access.get_access", list(_MODELS)).result
        except ConnectorError as error:
            what = error.classified.message
            checks.append(HealthCheck("reachable" if not version else "sign-in", False, what, "Check the connection."))
            return HealthReport(tuple(checks), version)
        missing = [model for model in _MODELS if not all(rights[model][right] for right in ("read", "write", "create"))]
        remedy = "Put the hub's user into the group Party Administration." if missing else ""
        checks.append(HealthCheck("rights", not missing, f"Missing on {', '.join(missing)}" if missing else "", remedy))
        return HealthReport(tuple(checks), version)

    def describe(self, object: str) -> TargetSchema:
        return schema.describe(self._session)

    def find(self, object: str, wanted: Mapping[str, str | None]) -> dict[str, Snapshot]:
        found = Found(self._session, wanted) if wanted else None
        lasts = {golden_id: found.last(golden_id) for golden_id in wanted} if found else {}
        return {
            golden_id: snapshot(last, found.first(golden_id)) for golden_id, last in lasts.items() if last and found
        }

    def push(self, items: Sequence[PushItem]) -> Sequence[PushResult]:
        endings = {item.push_id: _unable(item) for item in items if item.op is Op.MERGE}
        able = [item for item in items if item.push_id not in endings]
        done = Pushing(self._session, self._countries.id_of, able).run()
        endings |= {result.push_id: result for result in done}
        return [endings[item.push_id] for item in items]

    def resolve(self, item: PushItem) -> PushResult:
        try:
            found = Found(self._session, {item.golden_id: item.target_key})
            live = found.last(item.golden_id)
            if live is None:
                return results.ended(item, Outcome.RETRY, code="not_there", message="Tryton does not have it.")
            if live.golden_id not in (None, item.golden_id):
                return results.merged_there(item, str(live.id))
            key, tag = str(live.id), etag(live)
            if not faults(item) and next_step(live, wanted(item), self._countries.id_of) is None:
                return results.ended(item, Outcome.APPLIED, target_key=key, etag=tag, code="found")
        except CannotBe as reason:
            return results.ended(item, Outcome.RETRY, code=reason.classified.code, message=str(reason))
        except ConnectorError as error:
            failure = results.failed(item, error)
            return results.ended(
                item, Outcome.UNKNOWN, code=failure.code, message=failure.message, retry_after=failure.retry_after
            )
        what = "Tryton has the party, but not this version of it."
        return results.ended(item, Outcome.RETRY, target_key=key, etag=tag, code="other_version_there", message=what)

    def confirm(self, item: PushItem) -> PushResult:
        read = self.resolve(item)
        if read.outcome is not Outcome.RETRY:
            return read
        return results.ended(
            item, Outcome.CONFLICT, target_key=read.target_key, etag=read.etag, code=read.code, message=read.message
        )

    def changes(self, object: str, cursor: str | None) -> ChangePage:
        return delta.changes(self._session, cursor)

    def scan(self, object: str, page: str | None) -> ScanPage:
        return delta.scan(self._session, page)

    def classify(self, answer: Any) -> Classified:
        if isinstance(answer, ConnectorError):
            return answer.classified
        if isinstance(answer, Response):
            return rpc.by_status(answer)
        return refusals.classified(answer)


def _unable(item: PushItem) -> PushResult:
    what = "Parties are merged in Tryton by its own wizard. Choose another policy for duplicates."
    return results.ended(item, Outcome.CONFIG, code="no_merge", message=what)
