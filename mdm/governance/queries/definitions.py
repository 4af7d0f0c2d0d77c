"""The definitions in force: packs and rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Final, LiteralString, TypeVar

from mdm.domains.diff import Change
from mdm.domains.diff import diff as differences
from mdm.domains.loader import from_content
from mdm.domains.pack import Pack
from mdm.engine.rules import Rules
from mdm.governance.models import DomainVersion, RuleSet, VersionStatus
from mdm.kernel.errors import NotFound
from mdm.kernel.once import once
from mdm.kernel.prepared import fetch_prepared

_KEPT = 64
_packs: dict[tuple[str, int, str], Pack] = {}
_rules: dict[tuple[int, str, str], Rules] = {}

# Every act asks which definitions are in force.
_PACK: Final[LiteralString] = """
SELECT number, content_hash FROM governance_domainversion
WHERE domain_id = %(domain)s AND CASE WHEN %(number)s::int IS NULL THEN status = 'ACTIVE' ELSE number = %(number)s END
"""
_RULES: Final[LiteralString] = """
SELECT r.id, r.number, r.content_hash, v.number, v.content_hash, r.review_threshold, r.auto_threshold
FROM governance_ruleset r JOIN governance_domainversion v ON v.id = r.domain_version_id
WHERE r.domain_id = %(domain)s AND r.status = 'ACTIVE'
"""

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class ActiveRules:
    """The rule set in force of one domain."""

    rule_set_id: int
    number: int
    domain_version: int
    rules: Rules
    review_threshold: Decimal
    auto_threshold: Decimal


def active_pack(domain: str) -> Pack:
    """Return the domain's published definition.

    Raises: NotFound when the domain is unknown or was never published.
    """
    return pack_of_version(domain)


def pack_of_version(domain: str, number: int | None = None) -> Pack:
    """Return the definition of that number, by default the one in force.

    Raises: NotFound when there is none.
    """
    heads = once(("pack", domain, number), lambda: fetch_prepared(_PACK, {"domain": domain, "number": number}))
    if not heads:
        raise _unknown(domain, number)
    found, content_hash = heads[0]
    return _kept(
        _packs,
        (domain, found, content_hash),
        lambda: from_content(
            DomainVersion.objects.values_list("content", flat=True).get(domain_id=domain, number=found)
        ),
    )


def active_rules(domain: str) -> ActiveRules:
    """Return the domain's rules in force.

    Raises: NotFound when the domain is unknown or was never published.
    """
    heads = once(("rules", domain), lambda: fetch_prepared(_RULES, {"domain": domain}))
    for key, number, content_hash, version, version_hash, review, auto in heads:
        rules = _kept(_rules, (key, content_hash, version_hash), partial(_load, key, domain, version))
        return ActiveRules(key, number, version, rules, review, auto)
    raise _unknown(domain, None)


def diff(domain: str, number: int) -> list[Change]:
    """Return what publishing that version would change against the one in force; nothing when it is the first.

    Raises: NotFound when there is no such version.
    """
    new = pack_of_version(domain, number)
    in_force = DomainVersion.objects.filter(domain_id=domain, status=VersionStatus.ACTIVE).exists()
    return differences(active_pack(domain), new) if in_force else []


def _load(rule_set: int, domain: str, version: int) -> Rules:
    content = RuleSet.objects.values_list("content", flat=True).get(pk=rule_set)
    return Rules.from_content(content, pack_of_version(domain, version))


def _kept(cache: dict[K, V], key: K, make: Callable[[], V]) -> V:
    """The cached value; made once per process and definition, since definitions in force never change."""
    value = cache.get(key)
    if value is None:
        value = make()
        if len(cache) >= _KEPT:
            cache.clear()
        cache[key] = value
    return value


def _unknown(domain: str, number: int | None) -> NotFound:
    what = f"version {number} of domain {domain}" if number is not None else f"published definition of domain {domain}"
    return NotFound(
        f"There is no {what}.",
        field="domain",
        value=domain,
        remedy="Choose one of the list, or publish a definition with `python manage.py publish_domain FILE.yaml`.",
    )
