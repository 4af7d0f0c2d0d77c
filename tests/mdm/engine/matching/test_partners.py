"""Where each record has one partner at most: rivals, and numbers that stand in one source's text only."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from mdm.engine.matching import MatchModel, Table
from mdm.engine.matching.declaration import Partners
from mdm.engine.matching.linking import Beside, best_partners, leads, learn_partners
from mdm.engine.matching.resolve import Resolution, resolve

KINDS = ("drill", "saw", "sander", "pump", "lathe", "press")
FINISHES = ("green", "grey", "red", "black")


def tools() -> tuple[Table, dict[str, str]]:
    """A shop's list and a maker's: the shop keeps the number in a column, the maker in the text, and some on both."""
    chance = np.random.default_rng(3)
    rows: list[tuple[str, str, str, str | None]] = []
    truth: dict[str, str] = {}
    for at in range(60):
        kind, number = KINDS[at % 6], f"{'XKQVZ'[at % 5]}{chance.integers(100, 999)}{'ABC'[at % 3]}"
        text = f"{FINISHES[at % 4]} {kind} with case"
        rows.append((f"s{at}", "shop", text, number))
        rows.append((f"m{at}", "maker", f"{kind} {number} {FINISHES[at % 4]}", number if at % 4 == 0 else None))
        truth[f"s{at}"] = f"m{at}"
    ids, sources, titles, numbers = zip(*rows, strict=True)
    return Table(list(ids), {"title": list(titles), "part_number": list(numbers)}, list(sources)), truth


def right_of(table: Table, found: Resolution, truth: dict[str, str]) -> float:
    pairs = [(table.ids[found.pairs.left[at]], table.ids[found.pairs.right[at]]) for at in found.linked.tolist()]
    hits = [pair for pair in pairs if truth.get(pair[0]) == pair[1] or truth.get(pair[1]) == pair[0]]
    return len(hits) / len(truth)


def test_a_number_in_a_column_is_found_in_the_other_sides_text() -> None:
    table, truth = tools()

    found = resolve(table, distinct_sources=True)

    assert right_of(table, found, truth) > 0.9


def test_what_a_lead_is_worth_is_learned_and_saved_with_the_model() -> None:
    table, truth = tools()

    def ask(pairs: Sequence[tuple[int, int]]) -> list[bool]:
        return [truth.get(table.ids[a]) == table.ids[b] or truth.get(table.ids[b]) == table.ids[a] for a, b in pairs]

    found = resolve(table, distinct_sources=True, ask=ask, budget=20)

    assert right_of(table, found, truth) > 0.9
    assert found.model.partners != Partners()
    saved = MatchModel.from_content(found.model.to_content())
    again = resolve(table, saved, distinct_sources=True)
    assert np.array_equal(again.bits, found.bits)
    assert np.array_equal(again.linked, found.linked)
    assert np.array_equal(found.probability >= 0.5, found.bits >= 0)


LEFT, RIGHT = np.array([0, 0, 1, 2]), np.array([3, 4, 4, 5])


def test_a_lead_is_measured_against_the_best_rival_of_either_record() -> None:
    ahead = leads(LEFT, RIGHT, np.array([5.0, 3.0, 4.0, 1.0]), 6)

    assert ahead.tolist() == [2.0, -2.0, 1.0, 8.0]
    assert leads(LEFT, RIGHT, np.array([3.0, 3.0, 3.0, 3.0]), 6).tolist() == [0.0, 0.0, 0.0, 8.0]


def test_no_record_has_two_partners_and_none_stands_without_evidence() -> None:
    scores = np.array([5.0, 3.0, 4.0, -9.0])
    stands = Beside(scores, leads(LEFT, RIGHT, scores, 6)).bits(Partners())

    chosen = best_partners(LEFT.astype(np.int32), RIGHT.astype(np.int32), scores, stands, np.arange(6))

    assert chosen.tolist() == [True, False, True, False]


@pytest.mark.parametrize(("rivalled", "worth"), [(0.2, "more"), (0.9, "less")])
def test_where_rivals_do_not_matter_leads_weigh_less(rivalled: float, worth: str) -> None:
    chance = np.random.default_rng(5)
    ahead = np.where(np.arange(200) % 2, 8.0, 1.0)
    same = chance.random(200) < np.where(ahead > 4, 0.9, rivalled)
    judged = Beside(np.zeros(200), ahead)

    learned = learn_partners(judged, same, judged)

    assert (learned.lead > 0.5) == (worth == "more")
