"""Settle how files will be read, before anything is read."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.governance.identifiers import canonical_scope
from mdm.governance.models import IdType
from mdm.governance.queries import active_pack
from mdm.kernel.clock import database_now
from mdm.kernel.errors import Invalid
from sync.ingestion.layouts import HEADER, compile_plan
from sync.ingestion.models import IngestionRun
from sync.ingestion.queries.layouts import Chosen, choose_layout
from sync.ingestion.reading.tables import Table

DEFAULT_ABSENT_SHARE = Decimal("0.1")


def draft_run(
    *,
    id_type: IdType,
    tables: Mapping[str, Table],
    actor: Actor,
    layout: str = "",
    scope: str = "",
    full: bool = False,
    absent_share_limit: Decimal = DEFAULT_ABSENT_SHARE,
) -> IngestionRun:
    """A run waits with its files and the layout of each; nothing of their content is in any record.

    Raises: NotAllowed without `operate` in the domain and system; NotFound for an unknown layout; Invalid where the
    files do not fit the layout, or the id type its scope.
    """
    require(actor, "operate", id_type.domain_id, system=id_type.system_id)
    _check(tables, full, absent_share_limit)
    pack = active_pack(id_type.domain_id)
    chosen = choose_layout(id_type=id_type, tables=tables, pack=pack, name=layout)
    _check_scope(id_type, scope, chosen)
    for name, table in tables.items():
        compile_plan(chosen.objects[name], table.columns, scope=scope, name=table.name)
    return IngestionRun.objects.create(
        id_type=id_type,
        layout_name=chosen.name,
        scope=scope,
        objects_read={
            name: {"table": table.to_json(), "layout": chosen.objects[name].to_json()} for name, table in tables.items()
        },
        full=full,
        absent_share_limit=absent_share_limit,
        notes=[
            {"code": "file", "object": name, "text": note} for name, table in tables.items() for note in table.notes
        ],
        created_by=actor,
        created_at=database_now(),
    )


def _check(tables: Mapping[str, Table], full: bool, absent_share_limit: Decimal) -> None:
    if not tables:
        raise Invalid("There is no file to read.", field="file", remedy="Send at least one file.")
    if full and HEADER not in tables:
        raise Invalid(
            "A full ingest needs the file that lists every record.",
            field="full",
            remedy="Send the header file too, or leave out --full.",
        )
    if not 0 <= absent_share_limit <= 1:
        raise Invalid(
            "The limit of absent records is a share between 0 % and 100 %.",
            field="absent_limit",
            value=f"{absent_share_limit:%}",
            remedy="Give a share such as 10%.",
        )


def _check_scope(id_type: IdType, scope: str, chosen: Chosen) -> None:
    """Every file needs a scope where the id type has one: its own column, or the one given for all."""
    if scope:
        canonical_scope(id_type, scope)
    unscoped = [name for name, layout in chosen.objects.items() if not layout.scope]
    if id_type.scope_kind and unscoped and not scope:
        raise Invalid(
            f"Identifiers of {id_type.system_id} {id_type.name} count within a {id_type.scope_kind}, "
            f"and the {unscoped[0]} file has no column for it.",
            field="scope",
            remedy=f"Give the {id_type.scope_kind} with --scope, or name its column in the layout.",
        )
