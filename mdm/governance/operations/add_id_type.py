from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.events.operations.record import EventDraft, record
from mdm.governance.identifiers import (
    checked_canonicaliser,
    checked_deep_link,
    checked_pattern,
)
from mdm.governance.models import Domain, IdType, System
from mdm.kernel.constraints import translate
from mdm.kernel.errors import Conflict, DomainError, Invalid, NotFound


@transaction.atomic
def add_id_type(
    *,
    system: str,
    domain: str,
    name: str,
    canonicaliser: str,
    actor: Actor,
    scope_kind: str = "",
    pattern: str = "",
    deep_link: str = "",
    is_default: bool = False,
    reason: str = "",
) -> IdType:
    """Identifiers that `system` gives to records of `domain` are compared by `canonicaliser` from now on, for ever.

    Raises: NotAllowed; NotFound for an unknown system or domain; Invalid for an unknown canonicaliser, a pattern that
    is no regular expression or a deep link that is not a safe https template; Conflict when the name is taken.
    """
    require(actor, "operate", domain, system=system)
    _known(system, domain)
    _bounded(name=(name, 40), scope_kind=(scope_kind, 40), pattern=(pattern, 200), deep_link=(deep_link, 500))
    with translate(_refusals(system, domain, name)):
        id_type = IdType.objects.create(
            system_id=system,
            domain_id=domain,
            name=name,
            canonicaliser=checked_canonicaliser(canonicaliser),
            scope_kind=scope_kind,
            pattern=checked_pattern(pattern),
            deep_link=checked_deep_link(deep_link, scope_kind=scope_kind),
            is_default=is_default,
        )
    detail = {"id_type": name, "canonicaliser": canonicaliser, "scope_kind": scope_kind, "default": is_default}
    record(
        EventDraft(type="id_type.added", domain=domain, subject=f"system:{system}", reason=reason, detail=detail),
        actor=actor,
    )
    return id_type


def _refusals(system: str, domain: str, name: str) -> dict[str, Callable[[], DomainError]]:
    return {
        "id_type_unique": lambda: Conflict(
            f"{system} has an id type {name} in {domain} already.",
            field="name",
            value=name,
            remedy="Choose another name.",
        ),
        "id_type_one_default": lambda: Conflict(
            f"{system} has a default id type in {domain} already.",
            field="is_default",
            value=name,
            remedy="Add this one without making it the default.",
        ),
        "id_type_name_form": lambda: Invalid(
            "The name of the id type is not usable.",
            field="name",
            value=name[:200],
            remedy="Use 1 to 40 small letters, digits and _.",
        ),
    }


def _known(system: str, domain: str) -> None:
    if not System.objects.filter(code=system).exists():
        raise NotFound(f"There is no system {system}.", field="system", value=system, remedy="Register it first.")
    if not Domain.objects.filter(code=domain).exists():
        raise NotFound(
            f"There is no domain {domain}.", field="domain", value=domain, remedy="Publish its definition first."
        )


def _bounded(**texts: tuple[str, int]) -> None:
    for field, (text, limit) in texts.items():
        if len(text) > limit:
            raise Invalid(
                f"The {field} has {len(text)} characters.",
                field=field,
                value=text[:200],
                remedy=f"Use {limit} characters at most.",
            )
