"""Take in what a system sends over the API: the same check and the same operation as for a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.domains.pack import Pack
from mdm.governance.models import IdType
from mdm.governance.queries import active_pack, id_type
from mdm.records.observation import Observation, Outcome
from mdm.records.operations.observe import observe
from mdm.records.operations.prepare import prepare_observations
from sync.ingestion.recognising import recognise_own


@dataclass(frozen=True)
class Place:
    """Where items go: one id type of one system in one domain, and how the domain reads its values."""

    id_type: IdType
    pack: Pack


def place_of(*, system: str, domain: str, type: str | None, actor: Actor) -> Place:
    """Return where the actor's items go; the right is decided before anything is looked up.

    Raises: NotAllowed without `operate` in the domain and system; NotFound for an unknown system, type or domain;
    Invalid when several id types could be meant.
    """
    require(actor, "operate", domain, system=system)
    return Place(id_type(system, domain, type), active_pack(domain))


def take_in_items(
    *, place: Place, observations: Sequence[Observation], actor: Actor, reason: str = ""
) -> list[Outcome]:
    """What the items say is in the records; the answers, with the fate of each value, follow the order given.

    Raises: NotAllowed without `operate` in the domain and system; Conflict when the records moved meanwhile.
    """
    prepared = prepare_observations(observations, id_type=place.id_type, pack=place.pack)
    with transaction.atomic():
        recognise_own(prepared, id_type=place.id_type)
        return observe(id_type=place.id_type, prepared=prepared, actor=actor, reason=reason, answers=True)
