"""A layout as a person writes it, validated with the place of each mistake.

    objects:
      header:
        key: KUNNR
        scope: MANDT
        columns: {LAND1: country, STRAS: "addresses[main].street"}
        joined: {name: [NAME1, NAME2]}
        constants: {record_class: real}
        values: {KTOKD: {CPD: one_time, "*": real}}
        dates: {ERDAT: yyyymmdd}
        deleted: {column: LOEVM, values: [X]}
        changed_at: AEDAT
        ignore: [SPRAS]
      addresses:
        key: KUNNR
        element: ADRART          # or element: [BANKS, BANKN], or element_constant: main
        columns: {ORT01: city}

An object other than `header` is named after a group (or says `group:`), and its columns lead to attributes of one
element. `values` may also translate the element's own column.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from mdm.domains.pack import Pack
from mdm.engine import paths
from mdm.kernel.errors import Invalid

HEADER = "header"
DATE_FORMS = {"yyyymmdd": "%Y%m%d", "dd.mm.yyyy": "%d.%m.%Y", "mm/dd/yyyy": "%m/%d/%Y", "dd/mm/yyyy": "%d/%m/%Y"}
_MAX_COLUMNS = 1_000


@dataclass(frozen=True)
class ObjectLayout:
    """The columns of one object. `columns` lead to paths (header) or to attributes of the element (a group)."""

    key: str
    group: str = ""
    scope: str = ""
    element: tuple[str, ...] = ()
    element_constant: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    joined: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    dates: Mapping[str, str] = field(default_factory=dict)
    deleted_column: str = ""
    deleted_values: tuple[str, ...] = ()
    changed_at: str = ""
    ignore: tuple[str, ...] = ()

    def named_columns(self) -> set[str]:
        """Every column the layout speaks of."""
        joined = {column for columns in self.joined.values() for column in columns}
        single = {self.key, self.scope, self.deleted_column, self.changed_at} - {""}
        return {*single, *self.element, *self.columns, *joined, *self.ignore}

    def targets(self) -> list[str]:
        """Every path (or attribute of the element) it leads to."""
        return [*self.columns.values(), *self.joined, *self.constants]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> ObjectLayout:
        lists = {name: tuple(content[name]) for name in ("element", "deleted_values", "ignore")}
        joined = {path: tuple(columns) for path, columns in content["joined"].items()}
        return cls(**{**content, **lists, "joined": joined})


@dataclass(frozen=True)
class Layout:
    """The layouts of one or more related files, by object."""

    objects: Mapping[str, ObjectLayout]


def layout_from_content(content: object, pack: Pack) -> Layout:
    """Return the layout that `content` declares, checked against the pack.

    Raises: Invalid, naming the place, what was found and the remedy.
    """
    objects = _mapping(content, "layout", ("objects",)).get("objects")
    declared = _mapping(objects, "objects", None)
    if not declared:
        raise _wrong("objects", objects, "Declare at least one object, such as header.")
    return Layout({str(name): _object(str(name), entry, pack) for name, entry in declared.items()})


_FIELDS = (
    "key", "group", "scope", "element", "element_constant", "columns", "joined", "constants", "values", "dates",
    "deleted", "changed_at", "ignore",
)  # fmt: skip


def _object(name: str, entry: object, pack: Pack) -> ObjectLayout:
    where = f"objects.{name}"
    content = _mapping(entry, where, _FIELDS)
    deleted = _mapping(content.get("deleted") or {}, f"{where}.deleted", ("column", "values"))
    layout = ObjectLayout(
        key=_text(content.get("key"), f"{where}.key"),
        group=_group(name, content, pack, where),
        scope=_text(content.get("scope", ""), f"{where}.scope", empty=True),
        element=_texts(content.get("element", ()), f"{where}.element"),
        element_constant=_text(content.get("element_constant", ""), f"{where}.element_constant", empty=True),
        columns=_text_map(content.get("columns"), f"{where}.columns"),
        joined={
            path: _texts(columns, f"{where}.joined.{path}")
            for path, columns in _mapping(content.get("joined") or {}, f"{where}.joined", None).items()
        },
        constants=_mapping(content.get("constants") or {}, f"{where}.constants", None),
        values={
            column: _text_map(values, f"{where}.values.{column}")
            for column, values in _mapping(content.get("values") or {}, f"{where}.values", None).items()
        },
        dates=_text_map(content.get("dates"), f"{where}.dates"),
        deleted_column=_text(deleted.get("column", ""), f"{where}.deleted.column", empty=True),
        deleted_values=_texts(deleted.get("values", ()), f"{where}.deleted.values"),
        changed_at=_text(content.get("changed_at", ""), f"{where}.changed_at", empty=True),
        ignore=_texts(content.get("ignore", ()), f"{where}.ignore"),
    )
    check_object(layout, pack, where)
    return layout


def check_object(layout: ObjectLayout, pack: Pack, where: str) -> None:
    """Raise Invalid unless every path exists, none is written twice, and a group's element can be told."""
    seen: dict[str, str] = {}
    for target in layout.targets():
        _check_target(layout, target, pack, where)
        if target in seen:
            raise _wrong(f"{where}.columns", target, "Let one column lead to it, or join them under `joined`.")
        seen[target] = target
    if layout.group and not (layout.element or layout.element_constant):
        raise _wrong(f"{where}.element", "", "Name the column that tells the elements apart, or give element_constant.")
    for column, form in layout.dates.items():
        if form not in DATE_FORMS:
            raise _wrong(f"{where}.dates.{column}", form, f"Use one of {', '.join(DATE_FORMS)}.")
    if len(layout.named_columns()) > _MAX_COLUMNS:
        raise _wrong(where, str(len(layout.named_columns())), f"A layout has at most {_MAX_COLUMNS:,} columns.")


def _check_target(layout: ObjectLayout, target: str, pack: Pack, where: str) -> None:
    declared = f"{layout.group}.{target}" if layout.group else _declared(target, where)
    if declared not in pack.attributes:
        within = f"{layout.group}." if layout.group else ""
        names = sorted(name.removeprefix(within) for name in pack.attributes if name.startswith(within))
        raise _wrong(f"{where}.columns", target, f"Attributes of {pack.label} are: {', '.join(names[:40])}.")


def _declared(target: str, where: str) -> str:
    try:
        return paths.attribute_of(target)
    except paths.PathError as error:
        raise _wrong(f"{where}.columns", target, error.remedy) from error


def _group(name: str, content: Mapping[str, Any], pack: Pack, where: str) -> str:
    if name == HEADER:
        return ""
    return check_group(_text(content.get("group", name), f"{where}.group"), pack)


def check_group(group: str, pack: Pack) -> str:
    """Return the name when it is one of the pack's keyed groups.

    Raises: Invalid when it is none.
    """
    if group not in pack.groups:
        raise Invalid(
            f"{pack.label} has no group {group}.",
            field="object",
            value=group[:80],
            remedy=f"Its groups are: {', '.join(sorted(pack.groups))}.",
        )
    return group


def _mapping(value: object, where: str, allowed: tuple[str, ...] | None) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise _wrong(where, value, "Write a mapping of names to values.")
    for name in value:
        if allowed is not None and name not in allowed:
            raise _wrong(f"{where}.{name}", name, f"Fields here are: {', '.join(allowed)}.")
    return value


def _text(value: object, where: str, *, empty: bool = False) -> str:
    if not isinstance(value, str) or not (value or empty):
        raise _wrong(where, value, "Write the name of a column as text.")
    return value


def _texts(value: object, where: str) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, (list, tuple)) or not all(isinstance(entry, str) and entry for entry in value):
        raise _wrong(where, value, "Write one name, or a list of names.")
    return tuple(value)


def _text_map(value: object, where: str) -> dict[str, str]:
    content = _mapping(value or {}, where, None)
    return {name: _text(entry, f"{where}.{name}", empty=True) for name, entry in content.items()}


def _wrong(where: str, found: object, remedy: str) -> Invalid:
    shown = str(found)[:80]
    return Invalid(f"The layout is wrong at {where}: {shown!r}.", field=where, value=shown, remedy=remedy)
