from __future__ import annotations

from typing import Any

import pytest

from mdm.domains.loader import shipped_pack
from mdm.engine.paths import parse
from mdm.engine.rules import Rules, RulesError, plan
from mdm.engine.survivorship import Rule

CONTENT: dict[str, Any] = {
    "survivorship": {
        "systems": ["SAP", "CRM"],
        "default": "most_recent",
        "attributes": {
            "name": {"rule": "longest", "then": ["most_recent"], "systems": ["CRM", "SAP"]},
            "addresses": {"rule": "source_order", "whole": True},
            "addresses.country": {"rule": "most_frequent"},
        },
    },
    "unlike_guard": False,
}


def test_the_most_specific_rule_of_a_path_counts() -> None:
    rules = Rules.from_content(CONTENT, shipped_pack("party"))

    assert rules.rule_of(parse("name")) == Rule("longest", ("CRM", "SAP"), ("most_recent",))
    assert rules.rule_of(parse("language")) == Rule("most_recent", ("SAP", "CRM"))
    assert plan(rules, "addresses[a].city") == ("addresses[a]", Rule("source_order", ("SAP", "CRM"), whole=True))
    assert plan(rules, "addresses[a].country") == ("", Rule("most_frequent", ("SAP", "CRM")))
    assert rules.unlike_guard is False


def test_an_empty_rule_set_has_defaults() -> None:
    rules = Rules.from_content({}, shipped_pack("party"))

    assert (rules.default.name, rules.unlike_guard) == ("source_order", True)


@pytest.mark.parametrize(
    ("content", "where", "found"),
    [
        ({"survivorshp": {}}, "rule set", "'survivorshp'"),
        ({"survivorship": []}, "survivorship", "[]"),
        ({"survivorship": {"order": []}}, "survivorship", "'order'"),
        ({"survivorship": {"systems": "SAP"}}, "survivorship.systems", "'SAP'"),
        ({"survivorship": {"systems": ["SAP", "SAP"]}}, "survivorship.systems", "'SAP'"),
        ({"survivorship": {"default": {"rule": "newest"}}}, "survivorship.default.rule", "'newest'"),
        ({"survivorship": {"default": {"whole": True}}}, "survivorship.default.whole", "True"),
        ({"survivorship": {"attributes": {"nmae": "longest"}}}, "survivorship.attributes.nmae", "'nmae'"),
        ({"survivorship": {"attributes": {"name": {"rle": 1}}}}, "survivorship.attributes.name", "'rle'"),
        ({"survivorship": {"attributes": {"name": {"then": ["x"]}}}}, "survivorship.attributes.name.then", "'x'"),
        ({"survivorship": {"attributes": {"name": {"whole": True}}}}, "survivorship.attributes.name.whole", "True"),
        ({"unlike_guard": "yes"}, "unlike_guard", "'yes'"),
    ],
)
def test_a_mistake_in_a_rule_set_is_named_with_its_place_and_remedy(
    content: dict[str, Any], where: str, found: str
) -> None:
    with pytest.raises(RulesError) as refused:
        Rules.from_content(content, shipped_pack("party"))

    assert (refused.value.where, refused.value.found) == (where, found)
    assert refused.value.expected
    assert refused.value.remedy
