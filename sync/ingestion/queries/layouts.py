"""Which layout a set of files is read with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mdm.domains.pack import Pack
from mdm.governance.models import IdType
from mdm.kernel.errors import NotFound
from sync.ingestion.layouts import HEADER, Layout, ObjectLayout, find_object_layout, layout_from_content
from sync.ingestion.layouts.declared import check_group
from sync.ingestion.models import FileLayout
from sync.ingestion.reading.tables import Table


@dataclass(frozen=True)
class Chosen:
    """The layout of each object; `name` is empty where the headers themselves said it."""

    name: str
    objects: Mapping[str, ObjectLayout]


def layouts_of(id_type: IdType) -> dict[str, FileLayout]:
    """Return the saved layouts of an id type by name, each in its highest number."""
    saved = FileLayout.objects.filter(id_type=id_type).order_by("name", "number")
    return {layout.name: layout for layout in saved}


def choose_layout(*, id_type: IdType, tables: Mapping[str, Table], pack: Pack, name: str = "") -> Chosen:
    """Return the layout named, else the saved one that knows the most columns of these files, else the headers' own.

    Raises: NotFound for an unknown name; Invalid where the files name no external id.
    """
    saved = layouts_of(id_type)
    if name and name not in saved:
        raise NotFound(
            f"{id_type.system_id} has no layout {name} for {id_type.name} in {id_type.domain_id}.",
            field="layout",
            value=name,
            remedy=f"Saved layouts: {', '.join(saved) or 'none'}.",
        )
    candidates = {name: saved[name]} if name else saved
    fitting = [
        (fit, key, layout)
        for key, entry in candidates.items()
        if (fit := _fit(layout := layout_from_content(entry.content, pack), tables)) or name
    ]
    best = max(fitting, key=lambda entry: entry[0], default=None)
    named = best[2].objects if best else {}
    objects = {key: named.get(key) or _own(key, table, pack, id_type) for key, table in tables.items()}
    return Chosen(best[1] if best else "", objects)


def _fit(layout: Layout, tables: Mapping[str, Table]) -> int:
    """Return how many columns of the files the layout names; 0 when a file lacks one that it maps."""
    named = 0
    for key, table in tables.items():
        declared = layout.objects.get(key)
        if declared is None:
            continue
        wanted = declared.named_columns() - set(declared.ignore)
        if not wanted <= set(table.columns):
            return 0
        named += len(wanted)
    return named


def _own(key: str, table: Table, pack: Pack, id_type: IdType) -> ObjectLayout:
    group = "" if key == HEADER else check_group(key, pack)
    names = (id_type.name, f"{id_type.system_id}_{id_type.name}", f"{id_type.system_id}_id", f"{id_type.name}_id")
    return find_object_layout(table.columns, pack, group=group, id_names=names)
