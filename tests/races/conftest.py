from __future__ import annotations

from tests.mdm.matching.conftest import committed_desk

__all__ = ["committed_desk"]
