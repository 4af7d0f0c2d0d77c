"""A golden record arranged for reading: sections of values with their lineage, runners-up, and what changed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mdm.domains.pack import Pack
from mdm.engine import iso
from mdm.engine.paths import attribute_of, parse
from mdm.records.queries.golden import GoldenView, Lineage, SourceView

RULES: dict[str, str | Promise] = {
    "only": _("only source"),
    "source_order": _("source order"),
    "most_recent": _("most recent"),
    "longest": _("longest valid"),
    "most_frequent": _("most frequent"),
    "strictest": _("the strictest holds"),
    "pin": _("pinned"),
}


@dataclass(frozen=True)
class Other:
    """What another source says where it did not win."""

    system: str
    colour: int
    id: str
    value: object
    equal: bool


@dataclass(frozen=True)
class ValueRow:
    path: str
    label: str
    value: object
    code: str
    masked: bool
    origin: Mapping[str, object]
    others: Sequence[Other]
    change: str = ""
    now: object = None
    raw: object = ""
    """The value as it is held, without its label: what an edit starts from."""

    @property
    def differing(self) -> int:
        return sum(not other.equal for other in self.others)


@dataclass(frozen=True)
class Section:
    group: str
    title: str
    note: str = ""
    rows: Sequence[ValueRow] = field(default_factory=list)


@dataclass(frozen=True)
class Comparison:
    added: int = 0
    changed: int = 0
    removed: int = 0

    @property
    def total(self) -> int:
        return self.added + self.changed + self.removed


class RecordPage:
    """`colours` are the systems' colours, `now` the record of today when `view` is of the past, `agreement` the paths
    at which each source says what the golden record says.
    """

    def __init__(
        self,
        view: GoldenView,
        pack: Pack,
        colours: Mapping[str, int],
        *,
        now: GoldenView | None = None,
        agreement: Mapping[int, frozenset[str]] | None = None,
    ) -> None:
        self.view = view
        self.pack = pack
        self.colours = colours
        self.agreement = agreement or {}
        self.today = {line.path: line for line in now.lineage} if now else None

    @property
    def sections(self) -> list[Section]:
        """Attributes of the record itself first, then one section per element of its groups."""
        order = {path: place for place, path in enumerate(self.pack.attributes)}
        lines = list(self.view.lineage)
        if self.today:
            held = {line.path for line in lines}
            lines += [line for path, line in self.today.items() if path not in held]
        found: dict[tuple[int, str, str], list[Lineage]] = {}
        groups = {name: place for place, name in enumerate(self.pack.groups, start=1)}
        for line in sorted(lines, key=lambda one: order.get(attribute_of(one.path), 999)):
            path = parse(line.path)
            found.setdefault((groups.get(path.group, 0), path.group, path.key), []).append(line)
        return [self._section(group, key, found[place, group, key]) for place, group, key in sorted(found)]

    @property
    def heading(self) -> str:
        """What the record is called: the values its pack calls a name, masked ones left out."""
        named = [p for p, one in self.pack.attributes.items() if one.identity == "name"]
        held = {line.path: line for line in self.view.lineage}
        parts = [str(held[p].value) for p in named if p in held and not held[p].masked]
        return " ".join(parts) or self.view.name or self.view.code

    @property
    def compared(self) -> Comparison:
        signs = [row.change for section in self.sections for row in section.rows]
        return Comparison(signs.count("added"), signs.count("changed"), signs.count("removed"))

    def _section(self, group: str, key: str, lines: Sequence[Lineage]) -> Section:
        rows = [self._row(line) for line in lines]
        if not group:
            return Section("", "", "", rows)
        declared = self.pack.groups.get(group)
        return Section(group, declared.label if declared else group, self._element(group, key), rows)

    def _element(self, group: str, key: str) -> str:
        """What an element of a group is called: by its scheme or code list, else by its key."""
        declared = self.pack.groups.get(group)
        schemes = declared is not None and declared.keys == "schemes"
        known = self.pack.schemes if schemes else self.pack.code_lists.get(declared.keys if declared else "", {})
        return known[key].label if key in known else key

    def _row(self, line: Lineage) -> ValueRow:
        value, code = self.worded(line.path, line.value)
        change, now = self._change(line)
        return ValueRow(
            path=line.path,
            label=self._label(line),
            value="" if change == "added" else value,
            code="" if change == "added" else code,
            masked=line.masked,
            origin={} if change == "added" else self._origin(line),
            others=[] if change == "added" else self._others(line),
            change=change,
            now=now,
            raw="" if line.masked or line.value is None else line.value,
        )

    def _label(self, line: Lineage) -> str:
        attribute = self.pack.attributes.get(attribute_of(line.path))
        return attribute.label if attribute else line.label

    def _change(self, line: Lineage) -> tuple[str, object]:
        """What became of the value since: the sign is of the way from then to now."""
        if self.today is None:
            return "", None
        current = self.today.get(line.path)
        if current is line:
            return "added", self.worded(line.path, line.value)[0]
        if current is None:
            return "removed", None
        if current.value != line.value:
            return "changed", self.worded(line.path, current.value)[0]
        return "", None

    def worded(self, path: str, value: object) -> tuple[object, str]:
        """A coded value in words, with the code beside it; anything else as it is."""
        attribute = self.pack.attributes.get(attribute_of(path))
        if isinstance(value, bool):
            return (_("yes") if value else _("no")), ""
        if attribute is None or not attribute.code_list or value in (None, ""):
            return value, ""
        label = self._label_of_code(attribute.code_list, str(value))
        return label, "" if label.casefold().replace(" ", "_") == str(value).casefold() else str(value)

    def _label_of_code(self, code_list: str, code: str) -> str:
        if iso.known(code_list):
            return iso.label_of(code_list, code)
        entry = self.pack.code_lists.get(code_list, {}).get(code)
        return entry.label if entry else code

    def _origin(self, line: Lineage) -> dict[str, object]:
        return {
            "system": line.system,
            "colour": self.colours.get(line.system, 0),
            "id": line.external_id,
            "since": line.since,
            "rule": RULES.get(line.rule, line.rule),
            "pinned": bool(line.pin),
            "by": line.pin.author.name if line.pin else "",
            "reason": line.pin.reason if line.pin else "",
            "until": line.pin.expires_at if line.pin else None,
        }

    def _others(self, line: Lineage) -> list[Other]:
        said = [s for s in self.view.sources if s.source_record != line.source_record and line.path in s.values]
        return [self._other(line, source) for source in said if source.values[line.path] not in (None, "")]

    def agrees(self, source: SourceView, path: str) -> bool:
        return path in self.agreement.get(source.source_record, frozenset())

    def _other(self, line: Lineage, source: SourceView) -> Other:
        value: Any = source.values[line.path]
        worded = self.worded(line.path, value)[0]
        return Other(
            source.system,
            self.colours.get(source.system, 0),
            source.external_id,
            worded,
            self.agrees(source, line.path),
        )


@dataclass(frozen=True)
class SourceColumn:
    source: SourceView
    colour: int


@dataclass(frozen=True)
class SourceRow:
    label: str
    golden: object
    cells: Sequence[tuple[object, str]]
    """Per source its value and how it relates to the golden one: `same`, `differs`, `wins`, or empty."""


def source_table(page: RecordPage) -> tuple[list[SourceColumn], list[SourceRow]]:
    """Every source beside the golden record, attribute by attribute, in the pack's order."""
    columns = [SourceColumn(s, page.colours.get(s.system, 0)) for s in page.view.sources]
    golden = {line.path: line for line in page.view.lineage}
    order = {path: place for place, path in enumerate(page.pack.attributes)}
    paths = {path for source in page.view.sources for path in source.values} | set(golden)
    rows = []
    groups = {name: place for place, name in enumerate(page.pack.groups, start=1)}

    def place(path: str) -> tuple[int, str, int]:
        return groups.get(parse(path).group, 0), parse(path).key, order.get(attribute_of(path), len(order))

    for path in sorted(paths, key=place):
        line = golden.get(path)
        cells = [_cell(page, path, source, line) for source in page.view.sources]
        rows.append(SourceRow(page.pack.label_of(path), page.worded(path, line.value)[0] if line else "", cells))
    return columns, rows


def _cell(page: RecordPage, path: str, source: SourceView, line: Lineage | None) -> tuple[object, str]:
    value = source.values.get(path)
    if value in (None, ""):
        return "", ""
    worded = page.worded(path, value)[0]
    if line and line.source_record == source.source_record:
        return worded, "wins"
    return worded, "same" if page.agrees(source, path) else "differs"


def as_of_url(code: str, moment: datetime, tab: str = "") -> str:
    path = reverse("golden-tab", args=[code, tab]) if tab else reverse("golden", args=[code])
    return f"{path}?as_of={moment.isoformat().replace('+00:00', 'Z')}"
