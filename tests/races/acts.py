"""Every operation that touches a golden record, told in one way, so that each can meet each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from mdm.accounts.queries import machine_actor
from mdm.matching.models import Decision
from mdm.records.models import GoldenRecord
from mdm.records.observation import Observation
from mdm.records.operations.erase import erase_values
from mdm.records.operations.link_ids import LinkRow, link_ids
from mdm.records.operations.pin import end_pin, pin_value
from mdm.records.operations.reproject import reproject
from tests.mdm.matching.desk import NORD, Desk

DECISIONS = {"merge", "merge_away", "split", "unmerge", "undo", "not_a_match", "relate", "release"}
ACTS = sorted(DECISIONS | {"speak", "delete", "map", "pin", "end_pin", "erase", "reproject"})


@dataclass
class Stage:
    """A record `one` that `joined` was merged into, and a record beside them; every act knows what was seen before."""

    desk: Desk
    turn: int
    one: GoldenRecord
    joined: GoldenRecord
    beside: GoldenRecord
    merged: Decision
    pin: int

    @staticmethod
    @transaction.atomic
    def build(desk: Desk, turn: int) -> Stage:
        one, joined, beside = (desk.party(f"{turn}{place}") for place in (1, 2, 3))
        merged = desk.merge(one, joined)
        pin = pin_value(golden_code=one.code, path="industry", value="steel", reason="x", actor=desk.world.engineer)
        return Stage(desk, turn, one, joined, beside, merged, pin.pk)

    def acts(self) -> dict[str, Callable[[], object]]:
        """Return every act, bound to what is there now: whoever comes second decides on what it saw before."""
        desk, world, one, beside = self.desk, self.desk.world, self.one, self.beside
        both, alone, name = desk.seen(one, beside), desk.seen(one), f"{self.turn}"
        moving = desk.external_ids(f"{name}2")
        return {
            "speak": lambda: world.say("SAP", f"{name}1", values={**NORD, "language": "en"}),
            "delete": lambda: world.say_all("SAP", [Observation(f"{name}{place}", deleted=True) for place in (1, 2)]),
            "map": lambda: link_ids(
                left=world.id_type("SAP"),
                right=world.id_type("CRM"),
                rows=[LinkRow(f"{name}1", f"{self.turn:018d}")],
                actor=world.engineer,
            ),
            "pin": lambda: pin_value(
                golden_code=one.code, path="language", value="pl", reason="x", actor=world.engineer
            ),
            "end_pin": lambda: end_pin(pin_id=self.pin, actor=world.engineer, reason="x"),
            "erase": lambda: erase_values(golden_code=one.code, actor=world.engineer, reason="x"),
            "reproject": lambda: reproject(
                domain="party", goldens=[beside.pk, one.pk], actor=machine_actor(), reason="x"
            ),
            "merge": lambda: desk.merge(one, beside, versions=both),
            "merge_away": lambda: desk.merge(beside, one, versions=both),
            "split": lambda: desk.split(one, moving, versions=alone),
            "unmerge": lambda: desk.unmerge(self.merged, one, versions=alone),
            "undo": lambda: desk.undo(self.merged),
            "not_a_match": lambda: desk.apart(one, beside, versions=both),
            "relate": lambda: desk.relate(one, beside, versions=both),
            "release": lambda: desk.release(one, beside, versions=both),
        }
