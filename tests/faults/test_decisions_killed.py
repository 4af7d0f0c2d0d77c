"""A process that dies inside a decision: nothing happened, or all of it did, and sending it again is safe."""

from __future__ import annotations

import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from mdm.accounts.models import Actor
from mdm.events.queries import verify
from mdm.kernel import faults
from mdm.matching.models import Decision
from mdm.records.models import GoldenRecord
from mdm.records.queries.rebuild import deviations
from tests.mdm.matching.conftest import committed_desk
from tests.mdm.matching.desk import Desk
from tests.mdm.matching.state import state
from tests.tools.forked import Forked

__all__ = ["committed_desk"]

BEFORE = ["matching.planned", "records.entries_moved", "matching.decided"]
AFTER = ["tests.after_commit"]


def asked(desk: Desk, kind: str) -> dict[str, Any]:
    """What a steward sends, about records that the kind of decision can be made on."""
    one, other = desk.party(1), desk.party(2, language="fr")
    said: dict[str, Any] = {"decision_id": str(uuid4()), "actor": desk.world.engineer.pk}
    if kind == "merge":
        return said | {"survivor": one.code, "joined": [other.code], "versions": desk.seen(one, other)}
    merged = desk.merge(one, other)
    if kind == "unmerge":
        return said | {"decision": str(merged.pk), "versions": desk.seen(one)}
    if kind == "split":
        return said | {"golden": one.code, "groups": [desk.external_ids("2")], "versions": desk.seen(one)}
    return said | {"of": str(merged.pk)}


def made(kind: str, said: dict[str, Any]) -> None:
    """The decision is made, and its id said."""
    operation = getattr(import_module(f"mdm.matching.operations.{kind}"), kind)
    ids = {name: UUID(said[name]) for name in ("decision_id", "decision", "of") if name in said}
    decision = operation(**said | ids | {"actor": Actor.objects.get(pk=said["actor"])})
    faults.point("tests.after_commit")
    sys.stdout.write(str(decision.pk))


@pytest.mark.parametrize("kind", ["merge", "unmerge", "split", "undo"])
def test_a_killed_decision_happened_wholly_or_not_at_all_and_is_sent_again(
    committed_desk: Desk, kind: str, tmp_path: Path
) -> None:
    said = asked(committed_desk, kind)

    def decide(fault: str = "") -> tuple[int, str]:
        return Forked(lambda: made(kind, said), said=tmp_path / "said", environment={"TOUCHSTONE_FAULT": fault}).end()

    before = state()

    for point in BEFORE:
        killed, _ = decide(f"{point}:kill9:1")
        assert killed == -signal.SIGKILL, point
        assert state() == before, point
    killed, _ = decide(f"{AFTER[0]}:kill9:1")
    after = state()
    code, answer = decide()

    assert (killed, code, answer) == (-signal.SIGKILL, 0, said["decision_id"])
    assert after != before and state() == after
    assert Decision.objects.filter(pk=said["decision_id"]).count() == 1
    assert deviations("party", goldens=list(GoldenRecord.objects.values_list("pk", flat=True))) == []
    assert verify() == []
