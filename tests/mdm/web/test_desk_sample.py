"""The desk as it is drawn from the shapes alone: words first, the result first, nothing private in what is masked."""

from __future__ import annotations

import re
from dataclasses import replace

from django.template.loader import render_to_string

from mdm.web.review import samples
from mdm.web.review.answer import Choices
from mdm.web.review.context import Urls, desk_context
from mdm.web.review.desk import Desk
from mdm.web.review.verdicts import verdicts

COLOURS = {"SAP": 1, "CRM": 2, "SHOP": 3}


def drawn(desk: Desk) -> str:
    return render_to_string("review/item.html", dict(desk_context(desk, Urls())))


def test_bars_of_a_task_add_up_to_its_score() -> None:
    desk = Desk(samples.task(), COLOURS)

    assert round(sum(bar.shown for bar in desk.bars[:-1]), 1) == desk.bars[-1].shown
    assert desk.bars[-1].number == "6.8"


def test_a_task_whose_parts_do_not_add_up_shows_reasons_and_no_picture() -> None:
    item = samples.task()
    broken = replace(item, pairs=[replace(item.pairs[0], score=99.0)])

    desk = Desk(broken, COLOURS)

    assert desk.bars == []
    assert desk.reasons[0].startswith("Same tax ID")
    assert "fall-table" not in drawn(desk)


def test_rows_that_say_nothing_are_folded_and_counted() -> None:
    desk = Desk(samples.task(), COLOURS)

    assert [row.row.label for row in desk.equal] == ["City", "Country"]
    assert "2 equal rows" in drawn(desk)


def test_the_button_says_how_many_records_it_merges() -> None:
    whole, partly = (Desk(samples.task(4), COLOURS, Choices(places=places)) for places in ({}, {"BP-004213": "out"}))

    assert [_first(desk) for desk in (whole, partly)] == ["Merge 4 records", "Merge 3 records"]


def _first(desk: Desk) -> str:
    return str(verdicts(desk)[0].label)


def test_one_record_alone_cannot_be_merged() -> None:
    desk = Desk(samples.task(), COLOURS, Choices(places={"BP-004211": "out"}))

    merge = verdicts(desk)[0]

    assert not merge.possible


def test_whoever_may_not_decide_gets_no_button_and_no_field() -> None:
    page = drawn(Desk(replace(samples.task(), may_decide=False), COLOURS))

    assert 'name="verdict"' not in page
    assert 'name="pick:' not in page
    assert "You may look, not decide" in page


def test_no_value_breaks_out_of_the_desk() -> None:
    item = samples.task()
    evil = '"><script>alert(1)</script>'
    rows = [
        replace(row, label=evil, cells=[replace(cell, value=evil, text=evil, segments=[]) for cell in row.cells])
        for row in item.rows
    ]

    page = drawn(
        Desk(replace(item, rows=rows, why=evil, members=[replace(m, name=evil) for m in item.members]), COLOURS)
    )

    assert "<script>" not in page
    assert not re.findall(r"\sstyle=|\son[a-z]+=", page)
