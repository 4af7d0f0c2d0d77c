"""What most connectors have in common: an ending for each item, and resolving by connector class."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from sync.connectors import results
from sync.connectors.errors import ConnectorError
from sync.connectors.http import Response
from sync.connectors.interface import (
    Capabilities,
    ChangePage,
    Classified,
    ConnectorClass,
    HealthReport,
    Outcome,
    PushItem,
    PushResult,
    ScanPage,
    Snapshot,
    TargetSchema,
)


class BaseConnector(ABC):
    """A connector that writes one item at a time. It cannot be read until `find` says otherwise.

    Give `capabilities`, `check` and `write`; where the target can be read `find`; and `classify` where its errors say
    more than their status.
    """

    capabilities: Mapping[str, Capabilities]

    @abstractmethod
    def check(self) -> HealthReport: ...

    @abstractmethod
    def write(self, item: PushItem) -> PushResult:
        """Send the item. A call that fails may raise: the item then ends as the call did."""

    def push(self, items: Sequence[PushItem]) -> Sequence[PushResult]:
        return [self._ended(item) for item in items]

    def resolve(self, item: PushItem) -> PushResult:
        """By the object's class: K and U may be sent again, U and P are looked for, N only a person can tell."""
        connector_class = self.capabilities[item.object].connector_class
        if connector_class is ConnectorClass.K:
            what = "The target knows the item by its key: to send it again is safe."
            return results.ended(item, Outcome.RETRY, code="send_again", message=what)
        if connector_class is ConnectorClass.N:
            what = "The target cannot be asked. Somebody has to look whether it arrived."
            return results.ended(item, Outcome.UNKNOWN, code="cannot_tell", message=what)
        return results.resolve_by_reading(self, item)

    def confirm(self, item: PushItem) -> PushResult:
        if self.capabilities[item.object].readable:
            return results.confirm_by_reading(self, item)
        return results.ended(item, Outcome.APPLIED, code="receipt", message="The target's answer is all there is.")

    def describe(self, object: str) -> TargetSchema:
        return TargetSchema(object, (), open=True)

    def find(self, object: str, wanted: Mapping[str, str | None]) -> dict[str, Snapshot]:
        raise not_readable()

    def changes(self, object: str, cursor: str | None) -> ChangePage:
        raise not_readable()

    def scan(self, object: str, page: str | None) -> ScanPage:
        raise not_readable()

    def classify(self, answer: Any) -> Classified:
        if isinstance(answer, ConnectorError):
            return answer.classified
        assert isinstance(answer, Response)
        return answer.classified()

    def _ended(self, item: PushItem) -> PushResult:
        if results.unchanged(item):
            return results.ended(item, Outcome.NOOP, target_key=item.target_key, etag=item.base_etag)
        try:
            return self.write(item)
        except ConnectorError as error:
            return results.failed(item, error)


def not_readable() -> ConnectorError:
    """What a question to a target ends with that cannot be read."""
    return ConnectorError(Classified(Outcome.CONFIG, "not_readable", "This target cannot be read."))
