"""A real Tryton, a connector that talks to it, and parties of the hub's."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from sync.connectors.interface import Connector, Op, Outcome, PushItem, PushResult
from tests.contracts.connector_conformance import item_of
from tests.contracts.tryton_harness import TrytonHarness
from tests.erp import LiveErp, erp

__all__ = ["erp"]

Push = Callable[..., PushResult]


@pytest.fixture
def harness(erp: LiveErp) -> Iterator[TrytonHarness]:
    with TrytonHarness(erp).open() as harness:
        yield harness


@pytest.fixture
def connector(harness: TrytonHarness) -> Connector:
    return harness.connector(harness.port)


@pytest.fixture
def item(harness: TrytonHarness) -> PushItem:
    return item_of(harness, 1)


@pytest.fixture
def made(connector: Connector, item: PushItem) -> PushItem:
    """The item as it is once it arrived: its key and etag known."""
    (result,) = connector.push([item])
    assert result.outcome is Outcome.APPLIED
    return replace(item, target_key=result.target_key, base_etag=result.etag)


@pytest.fixture
def push(connector: Connector, made: PushItem) -> Push:
    """Push the next version of the party that was made: fields of the document, or another operation."""

    def pushed(op: Op = Op.UPSERT, **fields: Any) -> PushResult:
        item = replace(made, push_id=uuid.uuid4(), op=op, payload={**made.payload, **fields}, base_etag=None)
        return connector.push([item])[0]

    return pushed
