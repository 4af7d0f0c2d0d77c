"""One list for every screen: columns declared once, filters and sorting in the URL, keyset pages, exports.

A screen declares a `ListSpec` and answers with `respond`. `fetch` is the one domain read; `paging.keyset` serves
a QuerySet, any other source returns its own `Slice`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils.functional import Promise

from mdm.web import export
from mdm.web.empty import Empty

Text = str | Promise
Kind = Literal["text", "sentence", "id", "number", "status", "time", "system", "systems", "score", "money"]
PAGE_ROWS = 50
COUNTED_AT_MOST = 10_000
OWN_PARAMETERS = ("sort", "cursor", "export", "open", "saved")


@dataclass(frozen=True)
class Column:
    """How one property of a row is shown and exported; the first column of a list is its row header."""

    key: str
    label: Text
    value: Callable[[Any], object]
    kind: Kind = "text"
    note: Callable[[Any], object] | None = None
    href: Callable[[Any], str] | None = None
    sort: str = ""


@dataclass(frozen=True)
class Filter:
    key: str
    label: Text
    kind: Literal["choice", "text", "day"] = "choice"
    choices: Sequence[tuple[str, Text]] = ()


@dataclass(frozen=True)
class Asked:
    """What the URL asks of a list."""

    filters: Mapping[str, str]
    sort: str = ""
    cursor: str = ""
    limit: int = PAGE_ROWS
    count_to: int = COUNTED_AT_MOST


@dataclass(frozen=True)
class Slice:
    """One page of rows. `total` None means nobody counted; `capped` means "at least"."""

    rows: Sequence[Any]
    next: str = ""
    previous: str = ""
    total: int | None = None
    capped: bool = False

    def showing(self, describe: Callable[[Sequence[Any]], Sequence[Any]]) -> Slice:
        """The same page with its rows described by another read."""
        return replace(self, rows=describe(self.rows))


@dataclass(frozen=True)
class BulkAction:
    """A verb on the selected rows: a button that posts their ids as `row` to `url`."""

    label: Text
    url: str
    icon: str = "check"


@dataclass(frozen=True)
class ListSpec:
    name: str
    caption: Text
    columns: Sequence[Column]
    fetch: Callable[[Asked], Slice]
    row_id: Callable[[Any], str]
    filters: Sequence[Filter] = ()
    sort: str = ""
    drawer: Callable[[Any], str] | None = None
    bulk: Sequence[BulkAction] = ()
    empty: Empty = field(default_factory=Empty)
    exports: bool = True
    palette: Mapping[str, int] = field(default_factory=dict)
    """The colour of each system, for columns of kind `system` and `systems`."""
    exported: Sequence[Column] = ()
    """Columns that only an export has."""
    bar: str = ""
    """The template of a filter bar of its own, which shows `filters` itself."""


@dataclass(frozen=True)
class Cell:
    column: Column
    value: object
    note: object = None
    href: str = ""


@dataclass(frozen=True)
class Row:
    id: str
    cells: Sequence[Cell]
    drawer: str = ""


@dataclass(frozen=True)
class Heading:
    label: Text
    kind: Kind
    url: str = ""
    direction: str = ""


@dataclass(frozen=True)
class BoundFilter:
    key: str
    label: Text
    kind: str
    choices: Sequence[tuple[str, Text]]
    value: str
    without: str

    @property
    def chosen(self) -> Text:
        return dict(self.choices).get(self.value, self.value)


@dataclass(frozen=True)
class BoundList:
    """A list ready for `components/list.html`."""

    spec: ListSpec
    path: str
    asked: Asked
    headings: Sequence[Heading]
    filters: Sequence[BoundFilter]
    rows: Sequence[Row]
    slice: Slice
    next_url: str
    previous_url: str
    first_url: str
    clear_url: str
    exports: Sequence[tuple[str, Text]]

    @property
    def active(self) -> Sequence[BoundFilter]:
        return [f for f in self.filters if f.value]

    @property
    def span(self) -> int:
        return len(self.headings) + bool(self.spec.bulk)


def ask(spec: ListSpec, query: QueryDict) -> Asked:
    """What the URL asks; a sort the list does not offer falls back to its own."""
    offered = {c.sort for c in spec.columns if c.sort}
    sort = query.get("sort", "")
    return Asked(
        filters={f.key: value for f in spec.filters if (value := query.get(f.key, "").strip()[:200])},
        sort=sort if sort.removeprefix("-") in offered else spec.sort,
        cursor=query.get("cursor", "")[:500],
    )


def bind(spec: ListSpec, request: HttpRequest, got: Slice, asked: Asked) -> BoundList:
    def url(**changes: str) -> str:
        return _url(request, changes)

    return BoundList(
        spec=spec,
        path=request.path,
        asked=asked,
        headings=[_heading(c, asked.sort, url) for c in spec.columns],
        filters=[
            BoundFilter(f.key, f.label, f.kind, f.choices, asked.filters.get(f.key, ""), url(**{f.key: ""}))
            for f in spec.filters
        ],
        rows=[_row(spec, item) for item in got.rows],
        slice=got,
        next_url=url(cursor=got.next) if got.next else "",
        previous_url=url(cursor=got.previous) if got.previous else "",
        first_url=url(),
        clear_url=url(**{f.key: "" for f in spec.filters}),
        exports=[(url(export=kind), label) for kind, label in export.KINDS] if spec.exports else [],
    )


def respond(
    request: HttpRequest, spec: ListSpec, template: str, context: Mapping[str, object] | None = None
) -> HttpResponseBase:
    """The list as a page, as the fragment htmx asked for, or as the file that `export=` names."""
    asked = ask(spec, request.GET)
    if kind := request.GET.get("export"):
        return export.respond(request, kind, spec, asked)
    bound = bind(spec, request, spec.fetch(asked), asked)
    wants_fragment = request.headers.get("HX-Target") == "list"
    return render(request, "components/list.html" if wants_fragment else template, {**(context or {}), "list": bound})


def _heading(column: Column, sort: str, url: Callable[..., str]) -> Heading:
    if not column.sort:
        return Heading(column.label, column.kind)
    direction = {column.sort: "ascending", f"-{column.sort}": "descending"}.get(sort, "")
    return Heading(
        column.label, column.kind, url(sort=f"-{column.sort}" if direction == "ascending" else column.sort), direction
    )


def _row(spec: ListSpec, item: Any) -> Row:
    cells = [
        Cell(c, c.value(item), c.note(item) if c.note else None, c.href(item) if c.href else "") for c in spec.columns
    ]
    return Row(spec.row_id(item), cells, spec.drawer(item) if spec.drawer else "")


def _url(request: HttpRequest, changes: Mapping[str, str]) -> str:
    """The same list with other parameters; a new filter or sort starts at the first page again."""
    query = request.GET.copy()
    for own in ("cursor", "export", "open"):
        query.pop(own, None)
    for key, value in changes.items():
        query.pop(key, None)
        if value:
            query[key] = value
    for key in [k for k, v in query.items() if not v]:
        del query[key]
    return f"{request.path}?{query.urlencode()}" if query else request.path
