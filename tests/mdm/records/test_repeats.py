"""Several observations of one identifier in one batch, and instructions that name nothing."""

from __future__ import annotations

from typing import Any

import pytest

from mdm.records.models import ExternalId
from mdm.records.observation import Observation
from tests.mdm.records.world import World

NAMED = {"name": "Nord Stahl AG"}


def statuses(world: World, *said: dict[str, Any]) -> list[str]:
    observations = [Observation("7", values, position=index) for index, values in enumerate(said)]
    return [outcome.status for outcome in world.say_all("SAP", observations)]


@pytest.mark.parametrize("other", [{"language": None}, {"addresses[legal]": None}, {"language": " "}])
def test_a_repeat_that_also_clears_says_something_else(world: World, other: dict[str, Any]) -> None:
    world.say("SAP", "7", values={**NAMED, "language": "de", "addresses[legal].city": "Köln"})

    assert statuses(world, NAMED, {**NAMED, **other}) == ["rejected", "rejected"]


def test_a_good_observation_is_never_taken_for_the_repeat_of_a_refused_one(world: World) -> None:
    assert statuses(world, {**NAMED, "nonsense": "x"}, NAMED) == ["rejected", "rejected"]
    assert not ExternalId.objects.exists()


def test_a_deletion_beside_a_value_refuses_both(world: World) -> None:
    world.say("SAP", "7", values=NAMED)

    outcomes = world.say_all("SAP", [Observation("7", deleted=True), Observation("7", {}, position=1)])

    assert [outcome.status for outcome in outcomes] == ["rejected", "rejected"]
    assert world.golden_of("SAP", "7").status == "CANDIDATE"


@pytest.mark.parametrize("path", ["nonsense[x]", "addresses[]", "addresses[a b]", "name[x]", "emails[a\x00b]"])
def test_clearing_an_element_that_cannot_exist_is_refused(world: World, path: str) -> None:
    outcome = world.say("SAP", "7", values={**NAMED, path: None})

    assert outcome.status == "rejected"
    assert outcome.issues[0].path.startswith(path[:6]) and outcome.issues[0].remedy


@pytest.mark.parametrize("key", ["a\x00b", "a\ud800b", "a\u202eb"])
def test_an_element_key_that_cannot_be_stored_or_seen_refuses_its_row_and_no_other(world: World, key: str) -> None:
    said = [
        Observation("7", {f"emails[{key}].address": "info@nord.example"}),
        Observation("8", NAMED, position=1),
    ]

    outcomes = world.say_all("SAP", said)

    assert [outcome.status for outcome in outcomes] == ["rejected", "created"]
