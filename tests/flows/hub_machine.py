"""The hub under any order of acts: what systems say, what people decide, and what is taken back.

A machine that goes further (matching, delivering) inherits from this one, adds its acts as methods that take the dice
and return whether there was something to act on, and names them in `RULES`; it may say more in `expect_whole`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from random import Random
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django.db import transaction
from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from mdm.events.models import OutboxMessage
from mdm.kernel.clock import database_now
from mdm.kernel.errors import Conflict, DomainError
from mdm.matching.models import Decision, DecisionKind
from mdm.matching.plans.back import still_joined
from mdm.matching.plans.undo import why_not_undone
from mdm.matching.queries.preview import preview_merge, preview_split, preview_undo, preview_unmerge
from mdm.records.models import CrosswalkEntry, ExternalId, GoldenRecord, Relationship
from mdm.records.operations.link_ids import LinkRow, link_ids
from mdm.records.operations.pin import pin_value
from mdm.records.queries.crosswalk import Question, resolve
from mdm.records.queries.rebuild import deviations
from tests.flows.tally import Tally
from tests.mdm.matching.desk import Desk, check_deferred
from tests.mdm.matching.previews import expect_done
from tests.mdm.matching.state import State, expect_restored, state
from tests.mdm.records.world import World

LIVING = ["CANDIDATE", "ACTIVE"]
NAMES = ["Nord Stahl AG", "Nord Stahl KG", "Acme Industries Ltd"]
STATUSES = ["active", "blocked", None]
SAP = [str(number) for number in range(1, 8)]
TURN = st.integers(0, 2**32 - 1)
MOMENTS = 4
T = TypeVar("T")
Mark = tuple[int, State, int]


class HubMachine(RuleBasedStateMachine):
    """Runs in one transaction that is rolled back at the end; deferred constraints are checked after every step."""

    RULES: ClassVar[tuple[str, ...]] = (
        *("ingest", "delete", "map", "pin", "release"),
        *("merge", "unmerge", "split", "tell_apart", "undo"),
    )
    desk_kind: ClassVar[type[Desk]] = Desk
    world: ClassVar[World]
    tally: ClassVar[Tally]

    def __init__(self) -> None:
        super().__init__()
        self.whole = transaction.atomic()
        # What is durable in life may live in it, as in every test.
        self.whole._from_testcase = True  # type: ignore[attr-defined]
        self.whole.__enter__()
        self.desk = self.desk_kind(self.world)
        self.tally.begin()
        self.said = self.turns = self.salt = 0
        self.clock = self.last_tick = 1
        self.undone_to = 0
        self.marks: dict[UUID, Mark] = {}
        self.moments: list[tuple[datetime, list[Any]]] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.whole.__exit__(None, None, None)

    @initialize(salt=TURN)
    def systems_have_spoken(self, salt: int) -> None:
        self.salt = salt
        for number in SAP[:5]:
            self.world.say("SAP", number, values={**self.values(Random(f"{salt} {number}")), "language": "de"})

    @rule(turn=TURN)
    def one_act(self, turn: int) -> None:
        """Do one act, what is wanted most first; one that has nothing to act on gives way to the next."""
        self.turns += 1
        dice = Random(f"{self.salt} {self.turns} {turn}")
        chances = {name: dice.random() ** (1 / self.tally.wanted(name)) for name in self.RULES}
        for name in sorted(self.RULES, key=chances.__getitem__, reverse=True):
            if getattr(self, name)(dice):
                note(name)
                return

    def ingest(self, dice: Random) -> bool:
        self.said += 1
        place = dice.choice([("SHOP", "A-1"), *(("SAP", number) for number in SAP)])
        values = {**self.values(dice), "industry": f"number {self.said}"}
        with self.step("ingest"):
            assert self.world.say(*place, values=values).status in ("created", "updated")
        return True

    def values(self, dice: Random) -> dict[str, Any]:
        """Return what a system says next of one of its records."""
        return {"name": dice.choice(NAMES), "business_status": dice.choice(STATUSES)}

    def delete(self, dice: Random) -> bool:
        entries = self.open_entries().exclude(external_id__id_type__system="CRM").order_by("pk")
        for entry in _some(entries, dice, 1):
            with self.step("delete"):
                self.world.say(entry.external_id.id_type.system_id, entry.external_id.value, deleted=True)
            return True
        return False

    def map(self, dice: Random) -> bool:
        self.said += 1
        left, right = self.world.id_type("SAP"), self.world.id_type("CRM")
        row = LinkRow(dice.choice(SAP), f"{self.said:015d}AAA")
        with self.step("map"):
            (outcome,) = link_ids(left=left, right=right, rows=[row], actor=self.world.engineer)
            assert outcome.status in ("linked", "created")
        return True

    def pin(self, dice: Random) -> bool:
        said: dict[str, Any] = {"path": "language", "value": "pl", "reason": "asked", "actor": self.world.engineer}
        for golden in _some(self.living(), dice, 1):
            with self.step("pin"):
                pin_value(golden_code=golden.code, **said)
            return True
        return False

    def release(self, dice: Random) -> bool:
        for golden in _some(self.living().filter(status="CANDIDATE"), dice, 1):
            with self.step("release") as keep:
                keep(self.desk.release(golden))
            return True
        return False

    def merge(self, dice: Random) -> bool:
        many = dice.choice([2, 2, 3])
        members = _some(self.living(), dice, many)
        if len(members) < many:
            return False
        codes = [golden.code for golden in members]
        first = preview_merge(actor=self.world.engineer, joined=codes, reason="sure")
        overruled = [verdict for objection in first.objections for verdict in objection.verdicts]
        asked: dict[str, Any] = {"joined": codes, "supersedes": overruled, "reason": "sure"}
        shown = preview_merge(actor=self.world.engineer, **asked)
        with self.step("merge") as keep:
            expect_done(shown, keep(self.desk.merge_any(*members, **asked)))
        return True

    def unmerge(self, dice: Random) -> bool:
        merges = Decision.objects.filter(kind=DecisionKind.MERGE, undone_by=None).order_by("event")
        for merge in _some([one for one in merges if still_joined(one)], dice, len(merges)):
            code = dice.choice(still_joined(merge))
            try:
                shown = preview_unmerge(actor=self.world.engineer, decision=merge.pk, joined=[code])
            except Conflict:
                continue
            if not shown.objections:
                survivor = GoldenRecord.objects.get(code=shown.goldens[0].code)
                with self.step("unmerge") as keep:
                    expect_done(shown, keep(self.desk.unmerge(merge, survivor, joined=[code])))
                return True
        return False

    def split(self, dice: Random) -> bool:
        several = [golden for golden in self.living() if golden.entries.filter(ended_at=None).count() > 1]
        for golden in _some(several, dice, 1):
            ids = list(golden.entries.filter(ended_at=None).order_by("pk").values_list("external_id", flat=True))
            cut = dice.randint(1, len(ids) - 1)
            groups = [ids[:cut], ids[cut:]] if dice.random() < 0.3 else [ids[:cut]]
            shown = preview_split(actor=self.world.engineer, golden=golden.code, groups=groups)
            with self.step("split") as keep:
                expect_done(shown, keep(self.desk.split(golden, *groups)))
            return True
        return False

    def tell_apart(self, dice: Random) -> bool:
        speaking = {"entries__ended_at": None, "entries__external_id__source_record__isnull": False}
        members = _some(self.living().filter(**speaking).distinct(), dice, 2)
        if len(members) < 2:
            return False
        one, other = members
        related = Relationship.objects.filter(left=one, right=other, ended_at=None).exists()
        with self.step("tell_apart") as keep:
            keep(self.desk.apart(one, other) if related or dice.random() < 0.7 else self.desk.relate(one, other))
        return True

    def undo(self, dice: Random) -> bool:
        decisions = Decision.objects.exclude(kind=DecisionKind.UNDO).filter(undone_by=None).order_by("-event")
        possible = [one for one in decisions if why_not_undone(one) is None]
        if not possible:
            return False
        self.take_back("undo", possible[0] if dice.random() < 0.5 else dice.choice(possible))
        return True

    def take_back(self, name: str, decision: Decision) -> None:
        shown = preview_undo(actor=self.world.engineer, of=decision.pk)
        clock = self.clock
        note(f"{name} of {decision.kind}")
        with self.step(name):
            expect_done(shown, self.desk.undo(decision))
            self.expect_undone(decision, clock)

    @invariant()
    def everything_holds(self) -> None:
        self.expect_whole()

    def expect_whole(self) -> None:
        check_deferred()
        self.expect_living_means_reachable()
        deviating = deviations("party")
        assert deviating == [], deviating
        self.expect_every_code_leads_on()
        self.expect_moments_are_remembered()

    def expect_living_means_reachable(self) -> None:
        reachable = set(self.open_entries().values_list("golden_id", flat=True))
        assert reachable == set(self.living().values_list("pk", flat=True))

    def expect_every_code_leads_on(self) -> None:
        codes = GoldenRecord.objects.values_list("code", flat=True)
        for answer in resolve(actor=self.world.engineer, questions=[Question("HUB", code) for code in codes]):
            assert answer.golden is not None and answer.golden.status != "REDIRECTED", answer
            assert (answer.golden.status == "SPLIT") == (len(answer.successors) > 1)

    def expect_moments_are_remembered(self) -> None:
        for moment, then in self.moments:
            assert self.told(moment) == then
        self.moments = [*self.moments[-MOMENTS + 1 :], (database_now(), self.told(None))]

    def told(self, moment: datetime | None) -> list[Any]:
        """Return where every identifier known by `moment`, and every code, led."""
        known = ExternalId.objects.select_related("id_type").order_by("pk")
        questions = [Question(one.id_type.system_id, one.value) for one in known]
        codes = GoldenRecord.objects.order_by("pk").values_list("code", flat=True)
        questions += [Question("HUB", code) for code in codes]
        answers = resolve(actor=self.world.engineer, questions=questions, as_of=moment)
        return [(a.question, a.status, a.path, [one.code for one in a.successors]) for a in answers if a.golden]

    @contextmanager
    def step(self, name: str) -> Iterator[Callable[[Decision], Decision]]:
        """Run one act: counted when it succeeds; a refusal changes nothing. `keep` remembers what a decision changed,
        so that its undo can be held against it. Others have then been told of just the released records that changed.
        """
        before, clock = state(), self.clock
        noted: list[Decision] = []

        def keep(decision: Decision) -> Decision:
            noted.append(decision)
            return decision

        try:
            with self.act(name), transaction.atomic():
                yield keep
        except DomainError:
            self.tally.refuse(name)
            assert state() == before
            return
        self.marks.update({decision.pk: (clock, before, self.clock) for decision in noted})

    @contextmanager
    def act(self, name: str) -> Iterator[None]:
        """Run one act that nothing may refuse; it may be several transactions in life."""
        released = self.released()
        last = OutboxMessage.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        yield
        self.tally.succeeded(name)
        self.last_tick += 1
        self.clock, self.undone_to = self.undone_to or self.last_tick, 0
        self._expect_told(released, last)

    def expect_undone(self, decision: Decision, clock: int) -> None:
        """When nothing happened since the decision that still holds, everything is as it was before it."""
        before_it, before, after_it = self.marks[decision.pk]
        if after_it == clock:
            expect_restored(before)
            self.undone_to = before_it

    def released(self) -> dict[int, tuple[int, int]]:
        """Return version and crosswalk revision of every golden record that is or was released."""
        rows = GoldenRecord.objects.filter(released_at__isnull=False)
        found = rows.values_list("pk", "version_number", "crosswalk_revision")
        return {pk: (version, revision) for pk, version, revision in found}

    def _expect_told(self, before: dict[int, tuple[int, int]], last: int) -> None:
        now = self.released()
        changed = {pk for pk, said in now.items() if before.get(pk) != said}
        messages = OutboxMessage.objects.filter(pk__gt=last, type="golden.changed").values_list("detail", flat=True)
        assert sorted(pk for detail in messages for pk in detail["goldens"]) == sorted(changed)

    def living(self) -> Any:
        return GoldenRecord.objects.filter(status__in=LIVING).order_by("pk")

    def open_entries(self) -> Any:
        return CrosswalkEntry.objects.filter(ended_at=None)


def _some(those: Iterable[T], dice: Random, count: int) -> list[T]:
    """Return `count` of those, in any order, or as many as there are."""
    found = list(those)
    return dice.sample(found, min(count, len(found)))
