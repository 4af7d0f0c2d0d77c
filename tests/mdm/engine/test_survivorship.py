from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm.engine.criteria import CRITERIA
from mdm.engine.rules import RULE_NAMES, Rules
from mdm.engine.survivorship import Claim, Rule, explain, project, winner_of

SYSTEMS = ("SAP", "CRM", "SHOP")
PATHS = ("name", "language", "addresses[a].city", "addresses[a].street", "addresses[b].city", "phones[m].number")
WORDS = st.sampled_from(("A", "B", "AB", "ABC", "XY")) | st.none()
MOMENTS = st.none() | st.datetimes(
    min_value=dt.datetime(2020, 1, 1), max_value=dt.datetime(2020, 1, 4), timezones=st.just(dt.UTC)
)


def moment(day: int) -> dt.datetime:
    return dt.datetime(2026, 1, day, tzinfo=dt.UTC)


@st.composite
def claim_sets(draw: st.DrawFn) -> list[Claim]:
    sources = draw(st.lists(st.integers(1, 50), unique=True, min_size=1, max_size=5))
    return [
        Claim(
            source=source,
            system=draw(st.sampled_from((*SYSTEMS, "OTHER"))),
            values=draw(st.dictionaries(st.sampled_from(PATHS), WORDS)),
            observed_at=draw(MOMENTS),
            changed_at=draw(MOMENTS),
            eligible=draw(st.none() | st.frozensets(st.sampled_from(PATHS))),
            invalid=draw(st.frozensets(st.sampled_from(PATHS), max_size=2)),
        )
        for source in sources
    ]


@st.composite
def rule_sets(draw: st.DrawFn) -> Rules:
    names = st.sampled_from(RULE_NAMES)

    def rule(*, whole: bool = False) -> Rule:
        then = tuple(draw(st.lists(names, max_size=2, unique=True)))
        return Rule(draw(names), draw(st.sampled_from((SYSTEMS, ("CRM",), ()))), then, whole)

    attributes = {"name": rule(), "addresses": rule(whole=draw(st.booleans()))}
    if draw(st.booleans()):
        attributes["addresses.city"] = rule()
    return Rules(default=rule(), systems=SYSTEMS, attributes=attributes)


@st.composite
def pin_sets(draw: st.DrawFn) -> list[Claim]:
    ids = draw(st.lists(st.integers(100, 120), unique=True, max_size=3))
    return [Claim(i, "HUB", {draw(st.sampled_from(PATHS)): draw(WORDS)}, draw(MOMENTS)) for i in ids]


@given(claim_sets(), rule_sets(), pin_sets(), st.randoms(use_true_random=False))
def test_the_order_of_claims_and_pins_does_not_matter(
    claims: list[Claim], rules: Rules, pins: list[Claim], chance: Any
) -> None:
    expected = project(claims, rules, pins)

    shuffled, turned = claims[:], pins[:]
    chance.shuffle(shuffled)
    chance.shuffle(turned)

    assert project(shuffled, rules, turned) == expected


@given(claim_sets(), rule_sets())
def test_projecting_what_was_projected_changes_nothing(claims: list[Claim], rules: Rules) -> None:
    values = project(claims, rules).values

    again = project([Claim(1, "HUB", values)], rules)

    assert again.values == values
    assert project([*claims, *claims[:0]], rules).values == values


@given(claim_sets(), rule_sets())
def test_a_claim_that_loses_everywhere_may_leave_without_a_trace(claims: list[Claim], rules: Rules) -> None:
    """Only for rules that look at one claim at a time; counting votes depends on the losers too."""
    if any("most_frequent" in rule.chain for rule in (rules.default, *rules.attributes.values())):
        return
    projection = project(claims, rules)
    won = {winner_of(projection.provenance, path)[0] for path in projection.values}

    assert project([claim for claim in claims if claim.source in won], rules).values == projection.values


@given(claim_sets(), rule_sets(), pin_sets())
def test_every_value_is_one_an_eligible_claim_or_pin_made(claims: list[Claim], rules: Rules, pins: list[Claim]) -> None:
    by_source: dict[int | str, Claim] = {claim.source: claim for claim in claims}
    by_source |= {f"pin:{pin.source}": pin for pin in pins}

    projection = project(claims, rules, pins)

    for path, value in projection.values.items():
        claim = by_source[winner_of(projection.provenance, path)[0]]
        assert value is not None
        assert claim.values[path] == value
        assert claim.eligible is None or path in claim.eligible  # type: ignore[operator]


@given(claim_sets(), rule_sets(), pin_sets(), st.sampled_from(PATHS))
def test_the_explanation_names_the_same_winner_as_the_projection(
    claims: list[Claim], rules: Rules, pins: list[Claim], path: str
) -> None:
    projection = project(claims, rules, pins)
    candidates = explain(path, claims, rules, pins)

    if path in projection.values:
        assert candidates[0].won
        assert (candidates[0].source, candidates[0].value) == (
            winner_of(projection.provenance, path)[0],
            projection.values[path],
        )
        assert candidates[0].rule == winner_of(projection.provenance, path)[1]
    assert sum(candidate.won for candidate in candidates) <= 1
    assert all(candidate.reason for candidate in candidates)
    said = {claim.source for claim in claims if claim.values.get(path) is not None}
    assert said <= {candidate.source for candidate in candidates}


@given(claim_sets(), st.sampled_from(RULE_NAMES), st.randoms(use_true_random=False))
def test_an_element_that_survives_as_a_whole_comes_from_one_source(claims: list[Claim], name: str, chance: Any) -> None:
    rules = Rules(attributes={"addresses": Rule(name, whole=True)})

    projection = project(claims, rules)

    winners: dict[str, set[int | str]] = {}
    for path in projection.values:
        if path.startswith("addresses["):
            winners.setdefault(path.partition("]")[0], set()).add(winner_of(projection.provenance, path)[0])
    assert all(len(sources) == 1 for sources in winners.values())


def test_source_order_takes_the_first_system_that_has_a_value() -> None:
    claims = [Claim(1, "CRM", {"name": "B"}), Claim(2, "SAP", {"name": None}), Claim(3, "SHOP", {"name": "C"})]

    projection = project(claims, Rules(default=Rule("source_order", ("SAP", "SHOP", "CRM"))))

    assert projection.values == {"name": "C"}
    assert projection.provenance == {"*": [3, "source_order"]}


def test_most_recent_counts_the_sources_change_and_only_then_our_observation() -> None:
    claims = [
        Claim(1, "SAP", {"name": "changed"}, observed_at=moment(9), changed_at=moment(2)),
        Claim(2, "CRM", {"name": "observed"}, observed_at=moment(3)),
        Claim(3, "SHOP", {"name": "unknown"}),
    ]

    assert project(claims, Rules(default=Rule("most_recent"))).values == {"name": "observed"}


def test_longest_prefers_a_shorter_valid_value_to_a_longer_invalid_one() -> None:
    claims = [
        Claim(1, "SAP", {"name": "long but wrong"}, invalid=frozenset({"name"})),
        Claim(2, "CRM", {"name": "short"}),
    ]

    assert project(claims, Rules(default=Rule("longest"))).values == {"name": "short"}


def test_most_frequent_counts_equal_values() -> None:
    claims = [Claim(n, "SAP", {"name": name}) for n, name in enumerate(("A", "B", "B"), 1)]

    projection = project(claims, Rules(default=Rule("most_frequent")))

    assert projection == ({"name": "B"}, {"*": [2, "most_frequent"]})


def test_equal_candidates_go_through_the_chain_to_the_lowest_source_id() -> None:
    claims = [Claim(n, "SAP", {"name": "AB"}) for n in (7, 5, 6)]

    projection = project(claims, Rules(default=Rule("longest", (), ("most_frequent",))))

    assert projection.provenance == {"*": [5, "longest"]}


def test_a_pin_outranks_every_source_and_a_later_pin_an_earlier_one() -> None:
    claims = [Claim(1, "SAP", {"name": "A", "language": "de"}), Claim(2, "CRM", {"name": "B"})]
    pins = [Claim(10, "HUB", {"name": "old"}, moment(1)), Claim(9, "HUB", {"name": "new"}, moment(2))]

    projection = project(claims, Rules(), pins)

    assert projection.values == {"name": "new", "language": "de"}
    assert projection.provenance == {"*": [1, "only"], "name": ["pin:9", "pin"]}
    assert [candidate.source for candidate in explain("name", claims, Rules(), pins)] == ["pin:9", "pin:10", 1, 2]


def test_a_pin_without_a_value_keeps_the_attribute_empty_and_says_so() -> None:
    projection = project([Claim(1, "SAP", {"name": "A", "language": "de"})], Rules(), [Claim(3, "HUB", {"name": None})])

    assert projection.values == {"language": "de"}
    assert projection.provenance["name"] == ["pin:3", "pin"]


def test_a_claim_competes_only_for_what_it_may_write() -> None:
    claims = [
        Claim(1, "SAP", {"name": "A", "language": "de"}, eligible=lambda path: path == "language"),
        Claim(2, "CRM", {"name": "B", "language": "fr"}, eligible=frozenset({"name"})),
    ]

    projection = project(claims, Rules(systems=("SAP", "CRM")))

    assert projection.values == {"name": "B", "language": "de"}
    kept_out = explain("name", claims, Rules())[-1]
    assert (kept_out.source, kept_out.eligible, kept_out.won) == (1, False, False)
    assert kept_out.reason == "SAP does not write this attribute"


def test_a_single_claim_is_taken_as_it_is() -> None:
    projection = project([Claim(4, "SAP", {"name": "A", "language": None})], Rules())

    assert projection == ({"name": "A"}, {"*": [4, "only"]})


def test_the_reason_reads_as_a_person_would_say_it() -> None:
    claims = [
        Claim(1, "SAP", {"name": "AB"}, changed_at=moment(2)),
        Claim(2, "CRM", {"name": "XY"}, changed_at=moment(3)),
        Claim(3, "SHOP", {"name": "C"}),
    ]

    won, equal, shorter = explain("name", claims, Rules(default=Rule("longest", (), ("most_recent",))))

    assert won.reason == "equal by longest; changed 3 Jan 2026 00:00:00"
    assert equal.reason == "equal by longest; changed 2 Jan 2026 00:00:00"
    assert shorter.reason == "1 character"


@pytest.mark.parametrize("name", CRITERIA)
def test_every_criterion_may_be_named_in_a_rule_set(name: str) -> None:
    assert name in RULE_NAMES
