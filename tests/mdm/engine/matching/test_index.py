"""A look-up finds what a batch finds, and an index that followed its records is the one made anew."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mdm.engine.matching import Index, Table, candidates, score
from tests.mdm.engine.matching.worlds import party_model, tables

MODEL = party_model()
KEYS = replace(MODEL, blocking=tuple(rule for rule in MODEL.blocking if rule.kind != "similar"))

Found = dict[tuple[str, str], tuple[int, float]]


def found_by(index: Index, table: Table) -> Found:
    """(id looked up, id found) -> (rules, score)."""
    pairs = candidates(table, index.model, against=index)
    bits = score(table, pairs, index.model).score.tolist()
    rows = zip(pairs.left.tolist(), pairs.right.tolist(), pairs.rules.tolist(), bits, strict=True)
    return {(table.ids[a], index.ids[b]): (rules, bit) for a, b, rules, bit in rows}


@given(tables(2, 8))
def test_by_keys_a_look_up_finds_what_the_batch_finds(table: Table) -> None:
    found = found_by(Index.build(table, KEYS), table)

    pairs = candidates(table, KEYS)
    batch = {
        (table.ids[a], table.ids[b]): rules
        for a, b, rules in zip(pairs.left.tolist(), pairs.right.tolist(), pairs.rules.tolist(), strict=True)
    }
    both_ways = batch | {(b, a): rules for (a, b), rules in batch.items()}
    assert {pair: rules for pair, (rules, _) in found.items()} == both_ways


@given(tables(6, 9), st.data())
def test_an_index_that_followed_every_change_finds_what_one_made_anew_finds(table: Table, data: st.DataObject) -> None:
    index = Index.build(table.take(range(3)), MODEL)
    held = {name: row for row, name in enumerate(table.ids[:3])}
    for _ in range(data.draw(st.integers(1, 12))):
        name, row = data.draw(st.sampled_from(table.ids)), data.draw(st.integers(0, len(table) - 1))
        if data.draw(st.booleans()):
            one = table.take([row])
            index.add(Table([name], one.columns))
            held[name] = row
        else:
            index.remove([name])
            held.pop(name, None)
    now = {column: [cells[row] for row in held.values()] for column, cells in table.columns.items()}
    anew = Index.build(Table(list(held), now), MODEL)

    followed, fresh = found_by(index, table), found_by(anew, table)

    assert {pair: rules for pair, (rules, _) in followed.items()} == {pair: rules for pair, (rules, _) in fresh.items()}
    assert len(index) == len(anew) == len(held)


def test_an_index_renews_itself_when_much_of_it_changed() -> None:
    names = [f"Firma {number:04d} Maschinenbau" for number in range(1_500)]
    table = Table([f"r{number}" for number in range(1_500)], {"name": names})
    index = Index.build(table, MODEL)

    for start in range(0, 1_200, 100):
        index.add(
            Table(table.ids[start : start + 100], {"name": [f"{name} GmbH" for name in names[start : start + 100]]})
        )

    assert len(index) == 1_500
    assert len(index.ids) < 2_000
    row = index.ids.index("r5")
    assert index.rows([row]).columns["name"] == ["Firma 0005 Maschinenbau GmbH"]
    asked = Table(["new"], {"name": ["Firma 0005 Maschinenbau GmbH"]})
    pairs = candidates(asked, MODEL, against=index)
    best = int(np.argmax(score(asked, pairs, MODEL).score))
    assert index.ids[int(pairs.right[best])] == "r5"
