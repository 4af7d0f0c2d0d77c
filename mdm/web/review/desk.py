"""One task arranged for a decision: the result first, members beside it, what speaks for and against in words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from mdm.stewardship.queries.shapes import (
    AttributeRow,
    Cell,
    Consequences,
    ItemPreview,
    Member,
    PairView,
    Result,
    TaskItem,
)
from mdm.web import charts, diffs
from mdm.web.cluster_graph import Edge, Node, cluster_graph
from mdm.web.moments import signed
from mdm.web.review.answer import IN, OUT, SECOND, Choices
from mdm.web.score_matrix import ScoreRow, score_matrix
from mdm.web.waterfall import Bar, Step, waterfall

Text = str | Promise
FEW = 2
TELLING = 2.0
WORDS: Mapping[str, Text] = {"": _("not compared"), "same": _("same"), "near": _("near"), "missing": _("missing")}


@dataclass(frozen=True)
class Column:
    """One member as a column: its number is its key on the keyboard."""

    number: int
    member: Member
    systems: Sequence[tuple[str, int]]
    place: str

    @property
    def inside(self) -> bool:
        return self.place == IN


@dataclass(frozen=True)
class Evidence:
    """What one attribute says about the pair: a word first, bits for those who ask."""

    word: Text
    tone: str
    sentence: str = ""
    number: str = ""
    bar: SafeString = field(default_factory=SafeString)


@dataclass(frozen=True)
class ShownCell:
    column: Column
    cell: Cell
    body: SafeString
    taken: bool


@dataclass(frozen=True)
class ShownRow:
    """`place` names the row in element ids: paths hold characters that ids may not."""

    place: int
    row: AttributeRow
    result: Result | None
    cells: Sequence[ShownCell]
    evidence: Evidence
    own: str | None

    @property
    def chosen(self) -> bool:
        """Whether a value was taken for it, or an own one typed."""
        return self.own is not None or any(cell.taken for cell in self.cells)

    @property
    def mine(self) -> bool:
        return self.chosen or (self.result is not None and self.result.picked)


class Desk:
    """`choices` are what the steward has changed so far, `tried` what would come of it; `colours` are the systems'."""

    def __init__(
        self,
        item: TaskItem,
        colours: Mapping[str, int],
        choices: Choices | None = None,
        tried: ItemPreview | None = None,
    ) -> None:
        self.item = item
        self.tried = tried
        self.colours = colours
        self.choices = choices or _proposed(item)

    @cached_property
    def columns(self) -> list[Column]:
        return [
            Column(
                number,
                member,
                [(code, self.colours.get(code, 0)) for code in member.systems],
                self.choices.places.get(member.key, IN),
            )
            for number, member in enumerate(self.item.members, start=1)
        ]

    @cached_property
    def rows(self) -> list[ShownRow]:
        return [self._row(place, row) for place, row in enumerate(self.item.rows)]

    @property
    def telling(self) -> list[ShownRow]:
        """Rows in which something differs or is decisive; the rest is folded."""
        return [row for row in self.rows if not folded(row.row)]

    @property
    def equal(self) -> list[ShownRow]:
        return [row for row in self.rows if folded(row.row)]

    @property
    def groups(self) -> str:
        """A proposal for a split, as the script reads it."""
        return json.dumps(self.item.groups) if len(self.item.groups) > 1 else ""

    @property
    def best(self) -> PairView | None:
        return self.item.pairs[self.item.best] if self.item.best is not None else None

    @cached_property
    def bars(self) -> list[Bar]:
        """The score step by step; empty where there is none, or where its parts do not add up."""
        pair = self.best
        if pair is None:
            return []
        return waterfall([Step(one.label, one.bits, one.sentence, one.level) for one in pair.bars], pair.score)

    @property
    def reasons(self) -> list[str]:
        """The strongest reasons in words, for and against, most telling first."""
        pair = self.best
        told = sorted(pair.bars, key=lambda one: -abs(one.bits)) if pair else []
        return [one.sentence for one in told if one.sentence and one.comparison != "prior"][:4]

    @property
    def consequences(self) -> Consequences | None:
        return self.tried.consequences if self.tried else self.item.consequences

    @property
    def scores(self) -> list[list[float | None]]:
        return self.tried.matrix if self.tried else self.item.matrix

    @property
    def several(self) -> bool:
        return len(self.item.members) > FEW and not self.item.alone

    @property
    def places(self) -> bool:
        """Whether members can be put out, or apart."""
        return self.several or (self.item.alone and self.item.reason == "CONFLICT")

    @property
    def matrix(self) -> list[ScoreRow]:
        labels = [self.label(member) for member in self.item.members]
        found = {
            (row, column): score
            for row, line in enumerate(self.scores)
            for column, score in enumerate(line)
            if score is not None and column > row
        }
        return score_matrix(labels, found, review=self.item.review_at or 0.0, auto=self.item.auto_at or 0.0)

    @property
    def graph(self) -> SafeString:
        nodes = [
            Node(c.number, self.label(c.member), c.systems[0][1] if c.systems else 0, c.place == OUT)
            for c in self.columns
        ]
        edges = [
            Edge(row, column, score)
            for row, line in enumerate(self.scores)
            for column, score in enumerate(line)
            if score is not None and column > row and score >= (self.item.review_at or 0.0)
        ]
        return cluster_graph(nodes, edges)

    @property
    def inside(self) -> list[Column]:
        return [column for column in self.columns if column.place == IN]

    @property
    def second(self) -> list[Column]:
        return [column for column in self.columns if column.place == SECOND]

    @staticmethod
    def label(member: Member) -> str:
        first = member.identifiers[0] if member.identifiers else None
        return f"{first.system} {first.value}" if first else member.code

    def _row(self, place: int, row: AttributeRow) -> ShownRow:
        cells = [
            ShownCell(column, cell, cell_body(cell), self._taken(row, cell))
            for column, cell in zip(self.columns, row.cells, strict=True)
        ]
        return ShownRow(place, row, self._result(row), cells, evidence_of(row), self.choices.own.get(row.path))

    def _taken(self, row: AttributeRow, cell: Cell) -> bool:
        return cell.source_record is not None and self.choices.takes.get(row.path) == cell.source_record

    def _result(self, row: AttributeRow) -> Result | None:
        return self.tried.results.get(row.path) if self.tried else row.result


def _proposed(item: TaskItem) -> Choices:
    """Where verdicts part one golden record, its parts stand apart from the start."""
    if not item.alone or len(item.groups) < FEW:
        return Choices()
    return Choices(places=dict.fromkeys(item.groups[1], SECOND))


def folded(row: AttributeRow) -> bool:
    """The same everywhere and no strong reason for or against: it need not take a steward's eye."""
    return row.equal and abs(row.bits or 0.0) < TELLING and all(cell.value is not None for cell in row.cells)


def evidence_of(row: AttributeRow) -> Evidence:
    """The word, tone and bar of one attribute."""
    word = WORDS.get(row.level, row.level)
    if row.bits is None:
        said = sum(cell.value is not None for cell in row.cells)
        return Evidence("" if not row.equal else _("equal") if said > 1 else _("said once"), "", row.sentence)
    tone = "bad" if row.bits < 0 else "" if not row.bits else "ok" if row.equal else "warn"
    return Evidence(word, tone, row.sentence, signed(row.bits), charts.evidence_mark(row.bits))


def cell_body(cell: Cell) -> SafeString:
    """The value as its member says it, marked where it differs from the anchor."""
    if cell.apart:
        return diffs.apart(cell.text)
    return diffs.segments([(one.op, one.text) for one in cell.segments]) if cell.segments else diffs.plain(cell.text)
