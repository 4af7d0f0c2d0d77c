from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Max

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.engine.canonical import canonical_json, digest
from mdm.events.operations.record import EventDraft, record
from mdm.kernel.clock import database_now
from mdm.kernel.errors import Conflict, Invalid
from sync.flows.mappings import attributes_of, check_content
from sync.flows.models import Direction, Flow, MappingVersion
from sync.flows.operations.update_flow import held_flow


def publish_mapping(*, flow: str, content: Mapping[str, Any], actor: Actor, reason: str = "") -> MappingVersion:
    """`content` is the flow's mapping from now on, under the next number; deliveries made before keep theirs. The same
    content again changes nothing. Lives in the caller's transaction.

    Raises: NotFound; NotAllowed without `publish` in the domain; Conflict for a flow that the hub does not carry;
    Invalid naming the place in the content that is wrong.
    """
    held = held_flow(flow)
    require(actor, "publish", held.domain_id)
    if held.direction != Direction.OUT:
        raise Conflict("The hub does not carry this flow.", field="flow", value=flow, remedy="Map a flow from the hub.")
    if not held.object:
        raise Invalid("The flow has no object.", field="object", remedy="Choose the target's object first.")
    read = check_content(content, domain=held.domain_id)
    content_hash = digest(b"", canonical_json(content)).hex()
    present = MappingVersion.objects.filter(pk=held.mapping_id).first() if held.mapping_id else None
    if present is not None and present.content_hash == content_hash:
        return present
    last = MappingVersion.objects.filter(flow=held).aggregate(last=Max("number"))["last"] or 0
    version = MappingVersion.objects.create(
        flow=held,
        number=last + 1,
        content=content,
        content_hash=content_hash,
        published_by=actor,
        published_at=database_now(),
    )
    Flow.objects.filter(pk=flow).update(mapping=version, attributes=attributes_of(read))
    detail = {"number": version.number, "hash": content_hash}
    draft = EventDraft(
        type="mapping.published", domain=held.domain_id, subject=f"flow:{flow}", reason=reason, detail=detail
    )
    record(draft, actor=actor)
    return version
