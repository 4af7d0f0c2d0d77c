"""Change requests as people read them: what is proposed beside what is shown now, and who may decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of
from mdm.domains.pack import Pack
from mdm.governance.queries import active_pack, domains_visible_to
from mdm.kernel.errors import NotFound
from mdm.records.models import GoldenVersion
from mdm.records.queries.golden import MASK, is_hidden
from mdm.stewardship.models import ChangeRequest, ChangeRequestItem, RequestStatus


@dataclass(frozen=True, slots=True)
class ProposedValue:
    """One attribute: what it shows now, what is proposed, and whether it changed since it was proposed.

    Values are masked where the actor may not read them; `code` and `now` are empty for a record to be made.
    """

    code: str
    path: str
    label: str
    now: Any
    proposed: Any
    masked: bool
    moved: bool


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request. `may_decide` and `may_withdraw` hold for the actor now; the operations check them again."""

    id: int
    domain: str
    kind: str
    status: str
    requested_by: str
    decided_by: str
    reason: str
    note: str
    origin: str
    created_at: datetime
    decided_at: datetime | None
    values: list[ProposedValue]
    may_decide: bool
    may_withdraw: bool


def visible_requests(*, actor: Actor, status: str = "", who: str = "") -> QuerySet[ChangeRequest]:
    """Return the requests of the domains that the actor may view. `who`: `me` made them, `others` made them and the
    actor may approve them; empty = anybody.
    """
    permissions = permissions_of(actor)
    found = ChangeRequest.objects.select_related("requested_by", "decided_by").prefetch_related("items__golden")
    if not permissions.everywhere("view"):
        found = found.filter(domain__in=[one.code for one in domains_visible_to(permissions)])
    if status:
        found = found.filter(status=status)
    if who == "me":
        return found.filter(requested_by=actor)
    if who == "others":
        found = found.exclude(requested_by=actor)
        return found if permissions.everywhere("approve") else found.filter(domain__in=permissions.domains("approve"))
    return found


def request_view(*, actor: Actor, request: int) -> RequestView:
    """Return one request with its values.

    Raises: NotFound when there is none, or it is of a domain that the actor may not view.
    """
    found = visible_requests(actor=actor).filter(pk=request).first()
    if found is None:
        raise NotFound(
            "There is no such change request.", field="request", value=str(request), remedy="Go back to the list."
        )
    permissions, waiting = permissions_of(actor), found.status == RequestStatus.SUBMITTED
    mine = found.requested_by_id == actor.pk
    return RequestView(
        id=found.pk,
        domain=found.domain_id,
        kind=found.kind,
        status=found.status,
        requested_by=found.requested_by.name,
        decided_by=found.decided_by.name if found.decided_by else "",
        reason=found.reason,
        note=found.note,
        origin=found.origin,
        created_at=found.created_at,
        decided_at=found.decided_at,
        values=_values(found, reveal=permissions.may("reveal", found.domain_id)),
        may_decide=waiting and not mine and permissions.may("approve", found.domain_id),
        may_withdraw=waiting and mine,
    )


def _values(found: ChangeRequest, *, reveal: bool) -> list[ProposedValue]:
    items, pack = list(found.items.all()), active_pack(found.domain_id)
    versions = _versions(items)
    return [_value(item, pack, versions, reveal=reveal) for item in items]


def _value(
    item: ChangeRequestItem, pack: Pack, versions: Mapping[tuple[int, int], Mapping[str, Any]], *, reveal: bool
) -> ProposedValue:
    golden, hidden = item.golden, is_hidden(item.path, pack, reveal=reveal)
    now = versions.get((golden.pk, golden.version_number), {}).get(item.path) if golden else None
    then = versions.get((golden.pk, item.base_version or 0), {}).get(item.path) if golden else None
    return ProposedValue(
        code=golden.code if golden else "",
        path=item.path,
        label=pack.label_of(item.path),
        now=MASK if hidden and now is not None else now,
        proposed=MASK if hidden and item.value is not None else item.value,
        masked=hidden,
        moved=now != then,
    )


def _versions(items: Sequence[ChangeRequestItem]) -> dict[tuple[int, int], Mapping[str, Any]]:
    """The values of each golden record as they are and as they were when the request was made."""
    numbers = {item.golden_id: {item.base_version, item.golden.version_number} for item in items if item.golden}
    wanted = {number for some in numbers.values() for number in some if number is not None}
    rows = GoldenVersion.objects.filter(golden__in=list(numbers), number__in=wanted)
    return {(golden, number): values or {} for golden, number, values in rows.values_list("golden", "number", "values")}
