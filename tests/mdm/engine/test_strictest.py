"""What is blocked by one system stays blocked when several records become one."""

from __future__ import annotations

from itertools import permutations

import pytest

from mdm.domains.loader import shipped_pack
from mdm.engine.criteria import Claim
from mdm.engine.rules import Rules
from mdm.engine.survivorship import explain, project

PARTY = shipped_pack("party")
PATH = "business_status"


def claims(*statuses: str) -> list[Claim]:
    return [Claim(number, f"S{number}", {PATH: status}) for number, status in enumerate(statuses, 1)]


@pytest.mark.parametrize("said", [*permutations(["active", "blocked", "sanctioned"]), ("active", "sanctioned")])
def test_the_strictest_status_holds_whoever_says_it(said: tuple[str, ...]) -> None:
    rules = Rules.from_content({"survivorship": {"systems": ["S1", "S2", "S3"]}}, PARTY)

    projection = project(claims(*said), rules)

    assert projection.values == {PATH: "sanctioned"}
    assert projection.provenance == {"*": [said.index("sanctioned") + 1, "strictest"]}


def test_a_rule_set_may_say_otherwise() -> None:
    content = {"survivorship": {"systems": ["S1"], "attributes": {PATH: {"rule": "source_order"}}}}

    projection = project(claims("active", "blocked"), Rules.from_content(content, PARTY))

    assert projection.values == {PATH: "active"}


def test_a_rule_set_may_ask_for_it_with_a_tie_break_and_says_why() -> None:
    content = {"survivorship": {"attributes": {PATH: {"rule": "strictest", "then": ["most_recent"]}}}}

    first, second = explain(PATH, claims("active", "blocked"), Rules.from_content(content, PARTY))

    assert (first.value, first.reason) == ("blocked", "number 2 of 3 from mild to strict")
    assert (second.value, second.reason) == ("active", "number 1 of 3 from mild to strict")
