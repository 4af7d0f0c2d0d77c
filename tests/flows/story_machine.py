"""The whole story under any order of acts: what is said is matched, asked, decided, released and delivered."""

from __future__ import annotations

from random import Random
from typing import Any, ClassVar
from unittest import mock
from uuid import uuid4

from mdm.accounts.queries import machine_actor
from mdm.governance.operations.set_policy import set_policy
from mdm.matching.models import Decision, DecisionKind
from mdm.matching.operations.submit_match_run import submit_match_run
from mdm.matching.plans.undo import why_not_undone
from mdm.records.models import GoldenRecord
from mdm.stewardship.operations.settle_decision import settle_decision
from mdm.stewardship.operations.undo_decision import undo_decision
from sync.delivery.models import Delivery
from sync.delivery.operations import fan_out as outbox
from tests.flows.hub_machine import HubMachine
from tests.flows.story import decide, states
from tests.mdm.matching.desk import Desk
from tests.mdm.stewardship.desk import carry_out, company, publish_matching, tasks
from tests.sync.delivery.scene import Scene, build_scene, switch_on

HOLD_SECONDS = 60
TELLING_APART = (DecisionKind.NOT_A_MATCH, DecisionKind.RELATED)
VATS = ("DE136695976", "DE129273398")
SAYS = (
    company("Nord Stahl AG", address=("Hafenweg", "1", "24103", "Kiel"), vat=VATS[0]),
    company("Nord-Stahl Aktiengesellschaft", address=("Hafenweg", "1", "24103", "Kiel")),
    company("Nord Stahl Handel KG", address=("Hafenweg", "1", "24103", "Kiel"), phone="+49 431 123450"),
    company("Acme Industries Ltd", address=("Bahnhofstrasse", "7", "50667", "Köln"), vat=VATS[1]),
    company("ACME Industries Limited", address=("Bahnhofstr.", "7", "50667", "Köln"), vat=VATS[1]),
)
# The horizon below which an outbox is read is the oldest running transaction: here that is this very one.
UNREAD = outbox._UNREAD.replace("xid < pg_snapshot_xmin(pg_current_snapshot())", "true")


class StoryDesk(Desk):
    """A steward's desk: tasks follow what is decided there, and what is undone lets its task ask again."""

    def merge_any(self, *goldens: GoldenRecord, **given: Any) -> Decision:
        return self.followed(super().merge_any(*goldens, **given))

    def unmerge(self, decision: Decision, survivor: GoldenRecord, /, *joined: GoldenRecord, **given: Any) -> Decision:
        return self.followed(super().unmerge(decision, survivor, *joined, **given))

    def split(self, golden: GoldenRecord, /, *groups: list[int], **given: Any) -> Decision:
        return self.followed(super().split(golden, *groups, **given))

    def followed(self, decision: Decision) -> Decision:
        settle_decision(decision=decision, actor=self.world.engineer)
        return decision

    def undo(self, decision: Decision, /, **given: Any) -> Decision:
        said: dict[str, Any] = {"decision_id": uuid4(), "of": decision.pk, "actor": self.world.engineer}
        return undo_decision(**said | given)


class StoryMachine(HubMachine):
    """Ends at a programmable target: what may leave does, once, and nothing else ever did."""

    RULES: ClassVar[tuple[str, ...]] = (*HubMachine.RULES, "match", "decide", "withdraw", "deliver")
    desk_kind: ClassVar[type[Desk]] = StoryDesk

    def __init__(self) -> None:
        super().__init__()
        publish_matching()
        set_policy(
            domain="party", release="reviewed", hold_seconds=HOLD_SECONDS, auto_merge=False, actor=machine_actor()
        )
        self.scene: Scene = build_scene(self.world)
        switch_on()

    def values(self, dice: Random) -> dict[str, Any]:
        return {**dice.choice(SAYS), "business_status": dice.choice(["active", "blocked", None])}

    def match(self, dice: Random) -> bool:
        run = submit_match_run(domain="party", actor=self.world.engineer, full=dice.random() < 0.2)
        if run is None:
            return False
        with self.act("match"):
            assert carry_out(run).status == "DONE"
        return True

    def decide(self, dice: Random) -> bool:
        asked = [task for task in tasks() if task.member_count > 1]
        if not asked:
            return False
        task = dice.choice(asked)
        verdict = "related" if task.member_count == 2 and dice.random() < 0.2 else dice.choice(["merge", "not_a_match"])
        with self.step("decide") as keep:
            came = decide(task, verdict, self.world.engineer)
            assert came.closed and came.decision is not None
            keep(Decision.objects.get(pk=came.decision))
        return True

    def withdraw(self, dice: Random) -> bool:
        """Two records that were told apart may be proposed again."""
        apart = Decision.objects.filter(kind__in=TELLING_APART, undone_by=None).order_by("-event")
        possible = [one for one in apart if why_not_undone(one) is None]
        if not possible:
            return False
        self.take_back("withdraw", dice.choice(possible))
        return True

    def deliver(self, dice: Random) -> bool:
        """What is due leaves; mostly the time of the holds is over."""
        with self.act("deliver"):
            self.fan_out()
            if over := dice.random() < 0.7:
                Delivery.objects.filter(hold_until__isnull=False).update(hold_until="2020-01-01T00:00Z")
                self.scene.sweep()
            self.scene.deliver()
            self.fan_out()
            if over:
                self.scene.deliver()
                self.expect_arrived()
        return True

    def fan_out(self) -> None:
        with mock.patch.object(outbox, "_UNREAD", UNREAD):
            while outbox.fan_out().messages:
                pass

    def expect_whole(self) -> None:
        super().expect_whole()
        self.expect_only_released_left()

    def expect_only_released_left(self) -> None:
        released = GoldenRecord.objects.filter(released_at__isnull=False)
        assert set(self.scene.records()) <= set(released.values_list("code", flat=True))

    def expect_arrived(self) -> None:
        """Every released golden record that lives is there once, as it is now, and what is not released any more is
        blocked; one without a name is refused there.
        """
        there = self.scene.records()
        for golden in GoldenRecord.objects.filter(status="ACTIVE"):
            values = self.world.values_of(golden)
            if "name" not in values:
                assert self.scene.last(golden).state == "REJECTED"
                continue
            assert not self.is_blocked(golden), (golden, states())
            wanted = (values["name"], values.get("addresses[main].city"))
            held = there.get(golden.code, {})
            assert (held.get("name"), held.get("city")) == wanted, (golden, states())
        for golden in GoldenRecord.objects.filter(status="CANDIDATE", code__in=there):
            assert self.is_blocked(golden), (golden, states())

    def is_blocked(self, golden: GoldenRecord) -> bool:
        """Whether the target keeps it from being worked with."""
        held = self.scene.target.store.by_reference("party", golden.code)
        return held is not None and held.blocked
