"""Gather what one act is to decide together, and pick the samples that must be looked at first."""

from __future__ import annotations

import random
from collections.abc import Sequence
from uuid import UUID, uuid4

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.events.operations.record import EventDraft, record
from mdm.kernel.clock import database_now
from mdm.kernel.errors import Conflict, Invalid, NotFound
from mdm.matching.queries.due import matching_of
from mdm.records.models import GoldenRecord
from mdm.stewardship.models import BulkAct, BulkItem, BulkKind, BulkStatus
from mdm.stewardship.queries.clear import clear_tasks
from mdm.stewardship.queries.releasable import releasable
from mdm.stewardship.queries.typed_filter import parse, write

SAMPLES = 10
MOST_MERGED = 500
MOST_RELEASED = 10_000


@transaction.atomic
def prepare_bulk_merge(*, domain: str, line: str, rule: Sequence[str], actor: Actor) -> BulkAct:
    """The open tasks of the view that pass the rule are gathered, with 10 of them, drawn by lot, to be opened first.

    `rule` names comparisons of the domain's matching rules, each of which must find its strongest agreement between any
    two members, while nothing speaks against them.
    Raises: NotAllowed without `decide`; Invalid for a bad line or rule, or when no task passes.
    """
    require(actor, "decide", domain)
    matching = matching_of(domain)
    known = {each.name for each in matching.model.comparisons} if matching else set()
    names = list(dict.fromkeys(rule))
    if not names or not known.issuperset(names):
        raise Invalid(
            "The rule names no comparison." if not names else f"{(set(names) - known).pop()} is no comparison.",
            field="rule",
            value=",".join(names)[:80],
            remedy=f"Choose among {', '.join(sorted(known))}." if known else "Publish matching rules first.",
        )
    tasks = clear_tasks(actor, domain, parse(line), names, most=MOST_MERGED)
    act = _open(domain, BulkKind.MERGE, " and ".join(names), write(parse(line)), actor)
    _gather([BulkItem(bulk=act, task=task, version=task.version) for task in tasks], act)
    return act


@transaction.atomic
def prepare_bulk_release(*, domain: str, actor: Actor) -> BulkAct:
    """Everything of the domain that nothing keeps from being released is gathered, with 10 records to be opened first.

    Raises: NotAllowed without `decide`; Invalid when there is nothing to release.
    """
    require(actor, "decide", domain)
    goldens = GoldenRecord.objects.filter(pk__in=releasable(domain, limit=MOST_RELEASED)).order_by("pk")
    act = _open(domain, BulkKind.RELEASE, "nothing keeps it", "", actor)
    _gather([BulkItem(bulk=act, golden=golden, version=golden.version_number) for golden in goldens], act)
    return act


@transaction.atomic
def open_sample(*, bulk_id: UUID, item_id: int, actor: Actor) -> BulkItem:
    """The sample was looked at by whoever prepared the act.

    Raises: NotFound for another's act or an item that is no sample of it.
    """
    sample = (
        BulkItem.objects.select_related("bulk", "task", "golden")
        .filter(pk=item_id, bulk=bulk_id, sample=True, bulk__requested_by=actor)
        .first()
    )
    if sample is None:
        raise NotFound("There is no such sample.", field="item", value=str(item_id), remedy="Prepare the act again.")
    BulkItem.objects.filter(pk=item_id, opened_at__isnull=True).update(opened_at=database_now())
    sample.refresh_from_db()
    return sample


def unopened_samples(act: BulkAct) -> int:
    """Return how many samples nobody has looked at."""
    return act.items.filter(sample=True, opened_at__isnull=True).count()


def require_samples_opened(act: BulkAct) -> None:
    """Raises: Conflict while a sample was not opened."""
    left = unopened_samples(act)
    if left:
        raise Conflict(
            f"{left} of the samples were not opened.",
            field="samples",
            value=str(left),
            remedy="Look at each of them first: they stand for all others.",
        )


def _open(domain: str, kind: BulkKind, rule: str, line: str, actor: Actor) -> BulkAct:
    return BulkAct.objects.create(
        id=uuid4(),
        domain_id=domain,
        kind=kind,
        status=BulkStatus.DRAFT,
        rule=rule[:200],
        query=line,
        requested_by=actor,
        created_at=database_now(),
    )


def _gather(items: list[BulkItem], act: BulkAct) -> None:
    if not items:
        raise Invalid("Nothing passes the rule.", field="rule", value=act.rule, remedy="Choose another view or rule.")
    drawn = random.Random(act.pk.int).sample(range(len(items)), min(SAMPLES, len(items)))  # noqa: S311 - no secret
    for place in drawn:
        items[place].sample = True
    BulkItem.objects.bulk_create(items, batch_size=1000)
    detail = {"kind": act.kind, "items": len(items), "samples": len(drawn)}
    record(
        EventDraft(type="bulk.prepared", domain=act.domain_id, subject=f"bulk:{act.pk}", detail=detail),
        actor=act.requested_by,
    )
