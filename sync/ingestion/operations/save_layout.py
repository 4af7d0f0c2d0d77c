"""Remember how the files of a system are read."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.events.operations.record import EventDraft, record
from mdm.governance.models import IdType
from mdm.governance.queries import active_pack
from mdm.kernel.clock import database_now
from mdm.kernel.constraints import translate
from mdm.kernel.errors import Invalid
from mdm.kernel.locks import lock_key
from sync.ingestion.layouts import layout_from_content
from sync.ingestion.models import FileLayout


def save_layout(*, id_type: IdType, name: str, content: dict[str, Any], actor: Actor, reason: str = "") -> FileLayout:
    """The layout is the newest of its name and the one that counts; the same content again changes nothing.

    Raises: NotAllowed without `operate` in the domain and system; Invalid for a layout that does not fit the domain.
    """
    require(actor, "operate", id_type.domain_id, system=id_type.system_id)
    layout_from_content(content, active_pack(id_type.domain_id))
    with transaction.atomic():
        lock_key(f"layout:{id_type.pk}:{name}")
        last = FileLayout.objects.filter(id_type=id_type, name=name).order_by("-number").first()
        if last is not None and last.content == content:
            return last
        number = last.number + 1 if last else 1
        with translate({"file_layout_name_form": lambda: _misnamed(name)}):
            saved = FileLayout.objects.create(
                id_type=id_type, name=name, number=number, content=content, saved_by=actor, created_at=database_now()
            )
        record(
            EventDraft(
                type="layout.saved",
                domain=id_type.domain_id,
                subject=f"system:{id_type.system_id}",
                reason=reason,
                detail={"layout": name, "number": number, "id_type": id_type.name},
            ),
            actor=actor,
        )
    return saved


def _misnamed(name: str) -> Invalid:
    return Invalid(
        f"{name[:80]!r} cannot be the name of a layout.",
        field="name",
        value=name[:80],
        remedy="Use letters, digits, spaces, dots, dashes and underscores, 80 at most.",
    )
