"""The layout of a file whose headers say themselves what they are: paths, attribute names or labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mdm.domains.pack import Pack
from mdm.engine import paths
from mdm.kernel.errors import Invalid
from sync.ingestion.layouts.declared import ObjectLayout
from sync.ingestion.reading.tables import HELPER_COLUMNS

_KEY_NAMES = ("externalid", "id", "sourceid", "recordid")
_ELEMENT_NAMES = ("key", "element", "elementkey")
_SCOPE_NAMES = ("scope",)
_DELETED_NAMES = ("deleted",)
_CHANGED_NAMES = ("changedat", "lastchanged", "modifiedat")
_TRUE = ("true", "1", "x", "yes", "y")


def find_object_layout(
    columns: Iterable[str], pack: Pack, *, group: str = "", id_names: Iterable[str] = ()
) -> ObjectLayout:
    """Return the layout that the headers themselves declare; columns that say nothing stay out of it.

    Raises: Invalid when no column is the external id, or a group's elements cannot be told apart.
    """
    names = [column for column in columns if column and column not in HELPER_COLUMNS]
    folded = {column: fold(column) for column in names}
    key = _first(folded, (*map(fold, id_names), *_KEY_NAMES))
    if not key:
        raise _without("the external id", names, "external_id", [*id_names, "external_id", "id"])
    element = _first(folded, (*_ELEMENT_NAMES, f"{fold(group)}key"), without=key) if group else ""
    if group and not element:
        raise _without(f"the key of each element of {group}", names, "key", ["key"])
    taken = {key, element}
    deleted = _first(folded, _DELETED_NAMES)
    return ObjectLayout(
        key=key,
        group=group,
        scope=_first(folded, _SCOPE_NAMES),
        element=(element,) if element else (),
        columns=_targets([name for name in names if name not in taken], pack, group),
        deleted_column=deleted if not group else "",
        deleted_values=_TRUE if deleted and not group else (),
        changed_at=_first(folded, _CHANGED_NAMES) if not group else "",
    )


def fold(text: str) -> str:
    """Letters and digits only, lower case: `Legal name`, `legal_name` and `LegalName` are one name."""
    return "".join(character for character in text.casefold() if character.isalnum())


def _targets(names: Iterable[str], pack: Pack, group: str) -> dict[str, str]:
    """Return column -> path for every header that names one; of two headers with one meaning, the exact one counts."""
    by_name = _names_of(pack, group)
    found: dict[str, str] = {}
    for column in sorted(names, key=lambda column: _exact(column, pack, group) == ""):
        target = _exact(column, pack, group) or by_name.get(fold(column), "")
        if target and target not in found.values():
            found[column] = target
    return found


def _exact(column: str, pack: Pack, group: str) -> str:
    """Return the path when the header is one: `name`, `addresses[billing].city`, or in a group `city`."""
    if group:
        attribute = column.removeprefix(f"{group}.")
        return attribute if f"{group}.{attribute}" in pack.attributes else ""
    try:
        declared = paths.attribute_of(column)
    except paths.PathError:
        return ""
    return column if declared in pack.attributes else ""


def _names_of(pack: Pack, group: str) -> Mapping[str, str]:
    names: dict[str, str] = {}
    for path, attribute in pack.attributes.items():
        if attribute.group != group:
            continue
        for name in (attribute.name, attribute.label, path):
            names.setdefault(fold(name), attribute.name)
    return names


def _first(folded: Mapping[str, str], wanted: Iterable[str], *, without: str = "") -> str:
    for name in wanted:
        for column, text in folded.items():
            if text == name and column != without:
                return column
    return ""


def _without(what: str, names: list[str], field: str, expected: Iterable[str]) -> Invalid:
    shown = ", ".join(names[:20])
    return Invalid(
        f"No column is {what}; the columns are: {shown}.",
        field=field,
        value=shown[:200],
        remedy=f"Name the column {' or '.join(dict.fromkeys(expected))}, or give a layout.",
    )
