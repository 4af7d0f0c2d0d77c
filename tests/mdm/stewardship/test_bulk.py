"""Many decisions as one act: a clear rule, samples that must be opened, a job, one undo."""

from __future__ import annotations

from uuid import UUID

import pytest

from mdm.accounts.models import Actor
from mdm.accounts.queries import machine_actor
from mdm.governance.operations.set_policy import set_policy
from mdm.jobs.models import Job
from mdm.jobs.operations.run_next import run_next
from mdm.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from mdm.records.models import GoldenRecord
from mdm.stewardship.models import BulkAct, BulkItem
from mdm.stewardship.operations import prepare_bulk as preparing
from mdm.stewardship.operations.prepare_bulk import open_sample, prepare_bulk_merge, prepare_bulk_release
from mdm.stewardship.operations.run_bulk import start_bulk, undo_bulk
from mdm.stewardship.queries.bulk import bulk_view
from tests.mdm.records.world import World
from tests.mdm.stewardship.desk import company, lay_matching, match, steward, tasks

VATS = ("DE129273398", "DE811128135", "DE136695976", "DE115235681")
RULE = ["identifier", "name"]


@pytest.fixture(autouse=True)
def matched(world: World) -> None:
    lay_matching()


@pytest.fixture
def anna(world: World) -> Actor:
    return steward()


def twins(world: World) -> None:
    """Three pairs that agree in everything, one whose telephones differ."""
    for number, vat in enumerate(VATS):
        for system, prefix in (("SAP", ""), ("SHOP", "C-")):
            said = company(f"Nordwerk {number} GmbH", address=("Am Markt", str(number), "53111", "Bonn"), vat=vat)
            if number == 3:
                said["phones[main].number"] = "+49 711 3800471" if system == "SAP" else "+49 30 9991118"
            world.say(system, f"{prefix}{number}", values=said)
    match(world)
    assert len(tasks()) == 4


def run(job: Job) -> None:
    while run_next(job_id=job.pk):
        pass
    job.refresh_from_db()
    assert job.status == "DONE", job.error


def opened(act: BulkAct, actor: Actor) -> BulkAct:
    for item in act.items.filter(sample=True):
        open_sample(bulk_id=act.pk, item_id=item.pk, actor=actor)
    return act


def prepared(actor: Actor, rule: list[str] | None = None) -> BulkAct:
    return prepare_bulk_merge(domain="party", line="domain:party", rule=rule or RULE, actor=actor)


def test_only_what_passes_the_rule_is_merged(world: World, anna: Actor) -> None:
    twins(world)

    act = opened(prepared(anna), anna)
    run(start_bulk(bulk_id=act.pk, actor=anna, reason="Both numbers checked."))

    view = bulk_view(actor=anna, bulk_id=act.pk)
    assert (view.status, view.items, view.counts, view.left) == ("DONE", 3, {"decided": 3, "left": 0}, [])
    assert GoldenRecord.objects.filter(status="ACTIVE").count() == 3
    (left,) = tasks()
    assert left.conflicts == ["phone"]


def test_samples_must_be_opened_first(world: World, anna: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "SAMPLES", 2)
    twins(world)
    act = prepared(anna)
    first = act.items.filter(sample=True).first()
    assert first is not None
    open_sample(bulk_id=act.pk, item_id=first.pk, actor=anna)

    with pytest.raises(Conflict, match="1 of the samples"):
        start_bulk(bulk_id=act.pk, actor=anna)

    view = bulk_view(actor=anna, bulk_id=act.pk)
    assert (sorted(one.opened for one in view.samples), view.may_start) == ([False, True], False)
    assert len(tasks()) == 4


def test_one_undo_takes_everything_back(world: World, anna: Actor) -> None:
    twins(world)
    before = {task.pk for task in tasks()}
    act = opened(prepared(anna), anna)
    run(start_bulk(bulk_id=act.pk, actor=anna))

    run(undo_bulk(bulk_id=act.pk, actor=anna))

    assert {task.pk for task in tasks()} == before
    assert set(GoldenRecord.objects.values_list("status", flat=True)) == {"CANDIDATE"}
    assert bulk_view(actor=anna, bulk_id=act.pk).status == "UNDONE"


def test_what_changed_since_is_left_alone_and_listed(world: World, anna: Actor) -> None:
    twins(world)
    act = opened(prepared(anna), anna)
    said = company("Nordwerk 0 GmbH", address=("Am Markt", "0", "53111", "Bonn"), vat=VATS[0], phone="+49 228 1")
    world.say("SAP", "0", values=said)
    match(world, full=False)

    run(start_bulk(bulk_id=act.pk, actor=anna))

    view = bulk_view(actor=anna, bulk_id=act.pk)
    assert view.counts == {"decided": 2, "left": 1}
    assert [why for _, why in view.left] == ["The task changed since."]


def test_a_release_of_many_is_sampled_and_undone_alike(world: World, anna: Actor) -> None:
    set_policy(domain="party", release="steward", hold_seconds=0, auto_merge=False, actor=machine_actor())
    for number in range(3):
        world.say("SAP", str(number), values=company(f"{['Ferrum', 'Kelvora', 'Primavis'][number]} AG"))
    match(world)

    act = opened(prepare_bulk_release(domain="party", actor=anna), anna)
    run(start_bulk(bulk_id=act.pk, actor=anna))
    released = GoldenRecord.objects.filter(status="ACTIVE").count()
    run(undo_bulk(bulk_id=act.pk, actor=anna))

    assert released == 3
    assert set(GoldenRecord.objects.values_list("status", flat=True)) == {"CANDIDATE"}


@pytest.mark.parametrize(("line", "rule"), [("", []), ("", ["shoe_size"]), ("score:high", RULE), ("who:nobody", RULE)])
def test_a_rule_that_says_nothing_or_lets_nothing_through_is_refused(
    world: World, anna: Actor, line: str, rule: list[str]
) -> None:
    twins(world)

    with pytest.raises(Invalid):
        prepare_bulk_merge(domain="party", line=line, rule=rule, actor=anna)

    assert BulkItem.objects.count() == 0


def test_only_who_prepared_an_act_starts_it_and_once(world: World, anna: Actor) -> None:
    twins(world)
    act = opened(prepared(anna), anna)
    other = steward(name="Jonas Peters")

    with pytest.raises(NotFound):
        start_bulk(bulk_id=act.pk, actor=other)
    with pytest.raises(Conflict):
        undo_bulk(bulk_id=act.pk, actor=anna)
    start_bulk(bulk_id=act.pk, actor=anna)
    with pytest.raises(Conflict):
        start_bulk(bulk_id=act.pk, actor=anna)
    with pytest.raises(NotAllowed):
        prepared(steward("view", name="Vera View"))
    with pytest.raises(NotFound):
        bulk_view(actor=steward("view", name="Otto Other", domain="material"), bulk_id=act.pk)
    with pytest.raises(NotFound):
        bulk_view(actor=anna, bulk_id=UUID(int=0))
    assert BulkAct.objects.get().status == "RUNNING"
