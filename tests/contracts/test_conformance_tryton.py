"""Tryton passes the frozen checks: a real one, and counted in its own database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contracts.connector_conformance import ConnectorConformance, Harness
from tests.contracts.tryton_harness import TrytonHarness
from tests.erp import LiveErp, erp

__all__ = ["erp"]


class TestTryton(ConnectorConformance):
    @pytest.fixture
    def harness(self, erp: LiveErp) -> Iterator[Harness]:
        with TrytonHarness(erp).open() as harness:
            yield harness
