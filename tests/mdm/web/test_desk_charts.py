"""The pictures of the review desk: they add up, they repeat themselves exactly, and no value can break out of them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm.engine.differences import pieces
from mdm.web import diffs
from mdm.web.charts import Lane, Stretch, swim_lanes
from mdm.web.cluster_graph import Edge, Node, cluster_graph
from mdm.web.score_matrix import score_matrix
from mdm.web.waterfall import Bar, Step, tenths, waterfall

bits = st.floats(-30, 30, allow_nan=False).map(lambda value: round(value, 4))
STEPS = [
    Step("Before any comparison", -6.0),
    Step("Tax ID", 9.13, "Same tax ID", "same"),
    Step("Name", 3.37),
    Step("Rare name", 0.64),
    Step("Street", 1.86),
    Step("Bank account", -2.24),
]


def test_the_bars_of_a_waterfall_add_up_to_the_score_as_shown() -> None:
    bars = waterfall(STEPS, 6.76)

    assert bars[-1].total
    assert bars[-1].number == "6.8"
    assert round(sum(bar.shown for bar in bars[:-1]), 1) == bars[-1].shown
    assert [bar.number for bar in bars[:3]] == ["−6.0", "+9.1", "+3.4"]


def test_what_does_not_add_up_is_not_drawn() -> None:
    assert waterfall(STEPS, 7.0) == []
    assert waterfall([], 0.0) == []


@given(st.lists(bits, min_size=1, max_size=30))
def test_rounded_parts_add_up_whatever_they_are(parts: list[float]) -> None:
    shown = tenths(parts, sum(parts))

    assert round(sum(shown) * 10) == round(sum(parts) * 10)
    assert all(abs(one - part) <= 0.1 + 1e-9 for one, part in zip(shown, parts, strict=True))


@given(st.lists(bits, min_size=1, max_size=12))
def test_every_step_begins_where_the_one_before_ended(parts: list[float]) -> None:
    bars = waterfall([Step("x", part) for part in parts], sum(parts))

    drawn = [(_number(r'<rect class="\w+" x', bar), _number("width", bar), _number('"lead" x1', bar)) for bar in bars]
    for (left, width, lead), (following, wide, _) in pairwise(drawn[:-1]):
        assert min(abs(lead - following), abs(lead - (following + wide))) <= 0.4
        assert left >= -0.01 and left + width <= 100.4


def _number(name: str, bar: Bar) -> float:
    return float(re.findall(rf'{name}="(-?[\d.]+)"', bar.drawing)[0])


def test_a_matrix_says_each_pair_once_and_keeps_its_numbers() -> None:
    rows = score_matrix(
        ["SAP 1", "CRM 2", "SHOP 3"],
        {(0, 1): 9.3, (1, 2): -1.42},
        review=6.0,
        auto=9.0,
        weak=frozenset({(1, 2)}),
    )

    assert [[cell and cell.text for cell in row.cells] for row in rows] == [
        [None, "9.3", "—"],
        [None, None, "−1.4"],
        [None, None, None],
    ]
    first, second = rows[0].cells[1], rows[1].cells[2]
    assert first and first.tint == 4
    assert second and second.weak and second.tint == 0


@pytest.mark.parametrize("count", [1, 2, 4, 8, 9, 40, 150])
def test_a_graph_is_the_same_picture_each_time_and_stays_in_its_frame(count: int) -> None:
    nodes = [Node(place + 1, f"SAP {place}", place % 7) for place in range(count)]
    edges = [Edge(place // 3, place, 20 - place / 10, weak=place == 5) for place in range(1, count)]

    drawn = cluster_graph(nodes, edges)

    assert drawn == cluster_graph(nodes, list(reversed(edges))[::-1])
    xs = [float(x) for x in re.findall(r'<circle cx="([\d.-]+)"', drawn)]
    ys = [float(y) for y in re.findall(r'cy="([\d.-]+)"', drawn)]
    assert len(xs) == count
    assert len(set(zip(xs, ys, strict=True))) == count
    assert all(0 < x < 320 for x in xs) and all(0 < y < 240 for y in ys)


def test_nodes_without_a_link_are_drawn_too() -> None:
    drawn = cluster_graph([Node(place + 1, "x") for place in range(12)], [Edge(0, 1, 9.0)])

    assert drawn.count("<circle") == 12


def test_beyond_its_limit_a_graph_gives_way_to_the_table() -> None:
    assert cluster_graph([Node(place, "x") for place in range(151)], []) == ""
    assert cluster_graph([], []) == ""


def test_no_name_breaks_out_of_a_picture() -> None:
    drawn = cluster_graph([Node(1, '"><script>alert(1)</script>'), Node(2, "b")], [Edge(0, 1, 1.0)])

    assert "<script>" not in drawn


@pytest.mark.parametrize(
    ("base", "value", "shown"),
    [
        ("Müller & Söhne GmbH", "Mueller und Soehne GmbH", "M<ins>ue</ins>ller <ins>und</ins> S<ins>oe</ins>hne GmbH"),
        ("Industriestr. 12", "Industriestraße 12a", "Industriestr<ins>aße</ins> 12<ins>a</ins>"),
        ("Müller GmbH", "Müller", "Müller<del> GmbH</del>"),
        ("<b>x</b>", "<b>xy</b>", "&lt;b&gt;x<ins>y</ins>&lt;/b&gt;"),
    ],
)
def test_a_value_is_marked_where_it_differs_from_its_anchor(base: str, value: str, shown: str) -> None:
    ops = {"=": "same", "+": "added", "-": "removed"}

    drawn = diffs.segments([(ops[sign], text) for sign, text in pieces(base, value)])

    assert drawn == f'<span class="hide">Changed: </span>{shown}'


def test_a_value_with_nothing_in_common_is_marked_whole_and_escaped() -> None:
    assert diffs.apart("<Acme>").endswith("<ins>&lt;Acme&gt;</ins>")


@given(st.text(max_size=40), st.text(max_size=40))
def test_the_pieces_of_a_difference_are_both_texts(old: str, new: str) -> None:
    found = pieces(old, new)

    assert "".join(text for sign, text in found if sign != "+") == old
    assert "".join(text for sign, text in found if sign != "-") == new
    assert not any(one[0] == other[0] for one, other in pairwise(found))


def test_a_source_joins_the_golden_record_when_it_came_and_parts_when_it_left() -> None:
    day = [datetime(2026, 3, number, tzinfo=UTC) for number in (1, 5, 9)]
    lanes = [Lane("SAP 1", 1, [Stretch(day[0], None)]), Lane("CRM 2", 2, [Stretch(day[1], day[2])])]

    drawn = swim_lanes(lanes, [day[0], day[1], day[2]], datetime(2026, 3, 12, tzinfo=UTC))

    assert drawn.count('class="join"') == 1
    assert drawn.count('class="part"') == 1
    assert "CRM 2 joined 5 Mar 2026" in drawn
