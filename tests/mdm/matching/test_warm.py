"""A large domain is read beside the requests: the first is answered without an index, those after it by the index."""

from __future__ import annotations

import threading

import pytest

from mdm.matching import warm
from mdm.matching.corpus import forget_corpora
from mdm.matching.queries.look_up import LookedUp, look_up_record
from tests.mdm.records.world import World, build_world
from tests.mdm.stewardship.desk import company, publish_matching

NORD = company("Nord Stahl AG", address=("Elbchaussee", "4", "22765", "Hamburg"), vat="DE129273398")


@pytest.fixture
def world(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    forget_corpora()
    monkeypatch.setattr(warm, "AT_ONCE", 0)
    world = build_world()
    publish_matching()
    return world


def look_up(world: World) -> LookedUp:
    """Look once, and wait for what that set off."""
    found = look_up_record(actor=world.engineer, domain="party", values=NORD)
    for thread in threading.enumerate():
        if thread.name == "warm party":
            thread.join(timeout=60)
    return found


def test_the_index_of_a_large_domain_is_made_and_follows_beside_the_requests(world: World) -> None:
    code = world.say("SAP", "1", values=NORD).golden_code

    first, second = look_up(world), look_up(world)
    other = world.say("SHOP", "C-1", values=NORD).golden_code
    look_up(world)
    third = look_up(world)

    assert (first.by, second.by, third.by) == ("search", "index", "index")
    assert [[one.code for one in each.candidates] for each in (first, second)] == [[code], [code]]
    assert {one.code for one in third.candidates} == {code, other}
    assert third.as_of is not None and second.as_of is not None and third.as_of > second.as_of
    forget_corpora()
