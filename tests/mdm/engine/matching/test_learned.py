"""What the engine finds out by itself: model numbers, columns that vary within one company, and what answers teach."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdm.engine.matching import Labels, Table, candidates, profile, propose_model, score, train
from mdm.engine.matching.meaning import meaning_of
from mdm.engine.matching.models import models_of
from mdm.engine.matching.resolve import resolve

WORDS = ("nordic", "alpine", "harbour", "copper", "willow", "falcon", "granite", "meadow", "saffron", "tundra")


@pytest.mark.parametrize("text", ["Onkyo TX-8255 Receiver", "Onkyo tx8255", "Onkyo TX/8255 (black)", "Onkyo TX 8255"])
def test_a_model_number_is_the_same_however_it_is_punctuated(text: str) -> None:
    assert "tx8255" in models_of(text)


def test_measures_are_no_model_numbers() -> None:
    assert models_of("Cable 12 ft 60 inch 500GB 100watt 5th edition 1080") == ()


def test_a_column_of_answers_is_no_country() -> None:
    assert meaning_of("website", ["No", "Yes", "No", "No"], 0.5) == "code"


def companies() -> Table:
    """Thirty companies, four records each; what a record was about differs from record to record."""
    chance = np.random.default_rng(7)
    letters = "".join(chance.choice(list("bdfgklmnprstvz"), 480).tolist())
    names = [f"{'a'.join(letters[at : at + 8])} {'o'.join(letters[at + 8 : at + 16])} Ltd" for at in range(0, 480, 16)]
    about = [f"{WORDS[a]} {WORDS[b]} {c}" for a, b, c in chance.integers(0, 10, (120, 3)).tolist()]
    rows = [name for name in names for _ in range(4)]
    return Table([str(at) for at in range(120)], {"company": rows, "about": about})


def test_what_varies_within_a_company_does_not_tell_its_records_apart() -> None:
    found = resolve(companies())

    whole = [len(set(found.clusters[at : at + 4].tolist())) == 1 for at in range(0, 120, 4)]
    assert sum(whole) >= 28
    assert len(set(found.clusters.tolist())) >= 28


def test_answers_move_the_weights_and_the_bars_still_sum_to_the_score() -> None:
    table = companies()
    model = propose_model(profile(table))
    pairs = candidates(table, model)
    truth = pairs.left // 4 == pairs.right // 4
    labels = Labels(pairs.left[::3].astype(np.int64), pairs.right[::3].astype(np.int64), truth[::3])

    learned = train(table, pairs, model, labels)
    scores = score(table, pairs, learned)

    assert learned.prior != train(table, pairs, model).prior
    assert np.array_equal(scores.prior + scores.contributions.sum(axis=1), scores.score)
    assert ((scores.score > 0) == truth).mean() > 0.97
    for comparison in learned.comparisons:
        assert all(a.bits <= b.bits for a, b in zip(comparison.levels, comparison.levels[1:], strict=False))


def clinics() -> Table:
    """Forty clinics twice each, and for every fourth another of its name in the same street."""
    chance = np.random.default_rng(11)
    rows = []
    drawn = zip(*chance.integers(0, 10, (2, 40)).tolist(), chance.permutation(40).tolist(), strict=True)
    for at, (a, b, street) in enumerate(drawn):
        name = f"{WORDS[a]} {WORDS[b]} clinic {chr(97 + at % 26)}{'aeiou'[at % 5]}lm"
        road = f"{WORDS[street % 10]} road"
        rows += [(at, name, f"{street + 3} {road}"), (at, name.upper(), f"{street + 3} {road.title()}")]
        rows += [(100 + at, name, f"{street + 90} {road}")] if at % 4 == 0 else []
    ids, names, streets = zip(*rows, strict=True)
    return Table([f"{one}-{at}" for at, one in enumerate(ids)], {"clinic": list(names), "address": list(streets)})


def test_another_house_number_in_the_same_street_speaks_against_a_match() -> None:
    table = clinics()

    found = resolve(table)

    address = next(each for each in found.model.comparisons if each.comparator == "address")
    bits = {level.name: level.bits for level in address.levels}
    assert bits["differs"] <= bits["conflict"] < -1 < 5 < bits["equal"]
    clusters = dict(zip(table.ids, found.clusters.tolist(), strict=True))
    assert all(clusters[f"{at}-{row}"] == clusters[f"{at}-{row + 1}"] for at, row in first_rows(table))


def first_rows(table: Table) -> list[tuple[str, int]]:
    """Of each clinic that is there twice: its number, and the row where it is first."""
    numbers = [identifier.split("-")[0] for identifier in table.ids]
    return [(one, at) for at, (one, next_one) in enumerate(pairwise(numbers)) if one == next_one]


def instruments() -> Table:
    """Twenty-four instruments, the second half of them repeated with slips; some records say exactly the same."""
    makers = [f"{WORDS[at % 10]} {WORDS[at * 7 % 9]} violin no {at * 13 + 101}" for at in range(16)]
    names = [*makers, *(name.replace("i", "y", 1) if at % 2 else name for at, name in enumerate(makers[8:]))]
    return Table([f"i{at}" for at in range(24)], {"instrument": names, "town": [WORDS[at % 4] for at in range(24)]})


class Expert:
    """Knows an instrument by its number, and keeps what it was asked."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.asked: list[tuple[str, str]] = []
        self.rows: list[tuple[int, int]] = []

    def __call__(self, pairs: Sequence[tuple[int, int]]) -> list[bool]:
        names = self.table.columns["instrument"]
        texts = [(str(names[left]), str(names[right])) for left, right in pairs]
        self.asked += texts
        self.rows += pairs
        return [one.split()[-1] == other.split()[-1] for one, other in texts]


@settings(max_examples=settings().max_examples // 10)
@given(st.permutations(range(24)))
def test_whoever_is_asked_is_asked_the_same_wherever_the_records_stand(order: list[int]) -> None:
    table = instruments()
    mixed = Table([f"x{at}" for at in range(24)], table.take(order).columns)
    one, other = Expert(table), Expert(mixed)

    found, again = resolve(table, ask=one, budget=22), resolve(mixed, ask=other, budget=22)

    assert one.asked == other.asked
    assert len(one.asked) == 22
    assert found.model == again.model


def test_labels_that_were_given_and_those_that_were_asked_for_are_fitted_once() -> None:
    table = instruments()
    first = Expert(table)
    given = resolve(table, ask=first, budget=12).labels

    more = Expert(table)
    both = resolve(table, labels=given, ask=more, budget=10)

    assert not {frozenset(pair) for pair in first.rows} & {frozenset(pair) for pair in more.rows}
    assert len(both.labels.left) == 22
    assert resolve(table, labels=both.labels).model == both.model
    twice = both.labels.take(np.tile(np.arange(22), 2))
    assert resolve(table, labels=twice).model == both.model
