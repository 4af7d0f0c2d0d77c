"""The queue's one typed line."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm.kernel.errors import Invalid
from mdm.stewardship.models import TaskReason
from mdm.stewardship.queries.shapes import QueueFilter
from mdm.stewardship.queries.typed_filter import SORTS, STATES, parse, write

WORDS = st.text(st.characters(categories=["L", "N"], include_characters="-&'."), min_size=1, max_size=12)
AMOUNTS = st.none() | st.decimals(0, 10**9, places=2, allow_nan=False)
COUNTS = st.none() | st.integers(0, 99)
AGES = st.none() | st.integers(1, 9999).map(lambda minutes: timedelta(minutes=minutes))
NAMES = st.lists(st.from_regex(r"[a-z_]{1,10}", fullmatch=True), max_size=3, unique=True).map(tuple)
FILTERS = st.builds(
    QueueFilter,
    domain=st.sampled_from(["", "party", "gl_account"]),
    reasons=st.lists(st.sampled_from(TaskReason.values), max_size=3, unique=True).map(tuple),
    systems=NAMES.map(lambda names: tuple(name.upper() for name in names)),
    conflicts=NAMES,
    score_from=st.none() | st.integers(-9999, 9999).map(lambda tenths: tenths / 10),
    score_to=st.none() | st.integers(-9999, 9999).map(lambda tenths: tenths / 10),
    value_from=AMOUNTS,
    value_to=AMOUNTS,
    members_from=COUNTS,
    members_to=COUNTS,
    older_than=AGES,
    younger_than=AGES,
    who=st.lists(WORDS, max_size=2).map(" ".join),
    state=st.sampled_from(STATES),
    text=st.lists(WORDS, max_size=3).map(" ".join),
    sort=st.sampled_from(SORTS),
)


@given(FILTERS)
def test_a_filter_that_is_written_down_is_read_as_itself(filter: QueueFilter) -> None:
    assert parse(write(filter)) == filter


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", {}),
        ("domain:party reason:conflict,broken", {"domain": "party", "reasons": ("CONFLICT", "BROKEN")}),
        ("source:sap,CRM", {"systems": ("SAP", "CRM")}),
        ("score:6..9", {"score_from": 6.0, "score_to": 9.0}),
        ("score:>7", {"score_from": 7.0}),
        ("score:..7.5", {"score_to": 7.5}),
        ("value:>10k", {"value_from": Decimal(10_000)}),
        ("value:1.5m", {"value_from": Decimal(1_500_000), "value_to": Decimal(1_500_000)}),
        ("members:>2", {"members_from": 3}),
        ("members:<4", {"members_to": 3}),
        ("age:>2d", {"older_than": timedelta(days=2)}),
        ("age:<3H", {"younger_than": timedelta(hours=3)}),
        ('who:"Anna Kern" müller', {"who": "Anna Kern", "text": "müller"}),
        ("10:30 O'Brien", {"text": "10:30 O'Brien"}),
        ("state:snoozed sort:age", {"state": "snoozed", "sort": "age"}),
    ],
)
def test_a_line_says_what_it_says(line: str, expected: dict[str, Any]) -> None:
    assert parse(line) == QueueFilter(**expected)


@pytest.mark.parametrize(
    "line",
    [
        *("score:high", "score:>", "value:10x", "value:1e9", "members:-1", "age:2d", "age:>2y", "reason:whim"),
        *("domain:Party", "domain:a,b", "source:", "conflict:a-b", "who:", "state:gone", "sort:name", 'who:"x'),
        *("score:nan", "x" * 1001, "a\x00b"),
    ],
)
def test_a_word_that_is_no_filter_is_refused_with_what_to_write(line: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(line)

    assert refused.value.field == "q"
    assert refused.value.remedy
