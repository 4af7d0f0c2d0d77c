"""Golden records as other systems read them: one, or page by page; values nested, private ones withheld."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from mdm.accounts.models import Actor
from mdm.accounts.permissions import Permissions
from mdm.accounts.queries import permissions_of
from mdm.domains.pack import Pack
from mdm.engine.paths import nest
from mdm.governance.queries import active_pack, domains_visible_to
from mdm.kernel.errors import NotAllowed, NotFound
from mdm.records.models import GoldenRecord, GoldenVersion
from mdm.records.next_versions import LIVING
from mdm.records.queries.golden import is_hidden
from mdm.records.queries.search import search
from mdm.records.queries.successors import successors_of


@dataclass(frozen=True, slots=True)
class Listed:
    """A golden record at one moment. `revealed` are the paths of personal values shown, `withheld` those not shown."""

    code: str
    uuid: str
    domain: str
    status: str
    version: int
    created_at: datetime
    updated_at: datetime
    values: dict[str, Any]
    withheld: list[str]
    revealed: list[str]
    successors: list[str]


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page ends: after this golden record, or after this version when pages go by last change."""

    id: int
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    items: list[Listed]
    next: Position | None


def golden_page(
    *,
    actor: Actor,
    domain: str = "",
    statuses: Collection[str] = (),
    updated_since: datetime | None = None,
    matching: str = "",
    after: Position | None = None,
    limit: int = 100,
    reveal: bool = False,
) -> Page:
    """Return one page of the golden records that the actor may view: by age, or by last change with `updated_since`.

    With `matching` the page holds the best matches first and is the only one.
    Raises: NotAllowed when a domain is named that the actor may not view, or `reveal` is asked without the right.
    """
    permissions = permissions_of(actor)
    _require(permissions, domain, reveal=reveal)
    versions = _present(permissions, domain, statuses)
    if matching:
        hits = [hit.code for hit in search(actor=actor, text=matching, limit=limit).hits]
        found = {version.golden.code: version for version in versions.filter(golden__code__in=hits)}
        return Page(_listed([found[code] for code in hits if code in found], permissions, reveal=reveal), None)
    ordered = _by_change(versions, updated_since, after) if updated_since else _by_age(versions, after)
    rows = list(ordered[: limit + 1])
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(_listed(rows[:limit], permissions, reveal=reveal), _position(last, by_change=bool(updated_since)))


def golden_record(*, actor: Actor, code: str, as_of: datetime | None = None, reveal: bool = False) -> Listed:
    """Return one golden record, now or as of a moment.

    Raises: NotFound for an unknown code, a domain the actor may not view, or a moment before it existed; NotAllowed
    when `reveal` is asked without the right.
    """
    permissions = permissions_of(actor)
    golden = GoldenRecord.objects.filter(code=code).first()
    if golden is None or not permissions.may("view", golden.domain_id):
        raise NotFound(
            "There is no golden record with that code that you may view.",
            field="code",
            value=code,
            remedy="Check the code; the crosswalk tells it for any identifier.",
        )
    _require(permissions, golden.domain_id, reveal=reveal)
    versions = GoldenVersion.objects.filter(golden=golden).select_related("golden").order_by("-number")
    version = (versions.filter(recorded_at__lte=as_of) if as_of else versions).first()
    if version is None:
        raise NotFound(
            f"{code} did not exist then.",
            field="as_of",
            value=as_of.isoformat() if as_of else "",
            remedy=f"Ask for a moment after {golden.created_at.isoformat()}.",
        )
    return _listed([version], permissions, reveal=reveal, as_of=as_of)[0]


def _require(permissions: Permissions, domain: str, *, reveal: bool) -> None:
    remedy = "Ask an administrator for the right."
    if domain and not permissions.may("view", domain):
        raise NotAllowed(f"You may not view domain {domain}.", field="domain", value=domain, remedy=remedy)
    if not reveal:
        return
    granted = permissions.may("reveal", domain) if domain else bool(permissions.domains("reveal"))
    if not granted:
        where = f" in domain {domain}" if domain else ""
        raise NotAllowed(f"You may not reveal personal values{where}.", field="reveal", value="true", remedy=remedy)


def _present(permissions: Permissions, domain: str, statuses: Collection[str]) -> QuerySet[GoldenVersion]:
    versions = GoldenVersion.objects.filter(number=F("golden__version_number")).select_related("golden")
    if domain:
        versions = versions.filter(golden__domain=domain)
    elif not permissions.everywhere("view"):
        versions = versions.filter(golden__domain__in=[one.code for one in domains_visible_to(permissions)])
    return versions.filter(golden__status__in=list(statuses)) if statuses else versions


def _by_age(versions: QuerySet[GoldenVersion], after: Position | None) -> QuerySet[GoldenVersion]:
    return versions.filter(golden_id__gt=after.id if after else 0).order_by("golden_id")


def _by_change(versions: QuerySet[GoldenVersion], since: datetime, after: Position | None) -> QuerySet[GoldenVersion]:
    moment = after.changed_at if after and after.changed_at else None
    changed = versions.filter(recorded_at__gte=moment or since).order_by("recorded_at", "id")
    if after is None or moment is None:
        return changed
    return changed.filter(Q(recorded_at__gt=moment) | Q(recorded_at=moment, id__gt=after.id))


def _position(last: GoldenVersion | None, *, by_change: bool) -> Position | None:
    if last is None:
        return None
    return Position(last.pk, last.recorded_at) if by_change else Position(last.golden_id)


def _listed(
    versions: Sequence[GoldenVersion], permissions: Permissions, *, reveal: bool, as_of: datetime | None = None
) -> list[Listed]:
    packs = {code: active_pack(code) for code in {version.golden.domain_id for version in versions}}
    left = [version.golden_id for version in versions if version.status not in LIVING]
    heirs = successors_of(left, as_of)
    return [
        _one(
            version,
            packs[version.golden.domain_id],
            heirs.get(version.golden_id, []),
            reveal=reveal and permissions.may("reveal", version.golden.domain_id),
        )
        for version in versions
    ]


def _one(version: GoldenVersion, pack: Pack, successors: list[str], *, reveal: bool) -> Listed:
    golden, values = version.golden, version.values or {}
    private = [path for path in values if is_hidden(path, pack, reveal=False)]
    withheld = [path for path in private if is_hidden(path, pack, reveal=reveal)]
    return Listed(
        code=golden.code,
        uuid=str(golden.uuid),
        domain=golden.domain_id,
        status=version.status,
        version=version.number,
        created_at=golden.created_at,
        updated_at=version.recorded_at,
        values=nest({path: value for path, value in values.items() if path not in withheld}),
        withheld=sorted(withheld),
        revealed=sorted(set(private) - set(withheld)),
        successors=successors,
    )
