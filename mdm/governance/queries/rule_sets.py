"""The rule sets of a domain: the one in force, drafts, and those that were in force."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of, require
from mdm.governance.models import Domain, RuleSet, VersionStatus
from mdm.governance.queries.systems import domains_visible_to
from mdm.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class DomainRules:
    """A domain with its rule set in force; None where none was published yet."""

    domain: Domain
    in_force: RuleSet | None


def rules_visible_to(*, actor: Actor) -> list[DomainRules]:
    """Return every domain that the actor may view with its rules in force, in the order of domains; two statements."""
    domains = list(domains_visible_to(permissions_of(actor)))
    found = RuleSet.objects.filter(domain__in=domains, status=VersionStatus.ACTIVE).select_related("published_by")
    in_force = {one.domain_id: one for one in found.defer("content")}
    return [DomainRules(domain, in_force.get(domain.code)) for domain in domains]


def domain_rules(*, actor: Actor, domain: str) -> DomainRules:
    """Return the domain with its rules in force.

    Raises: NotFound when there is none, or the actor may not view it.
    """
    for one in rules_visible_to(actor=actor):
        if one.domain.code == domain:
            return one
    raise NotFound("There is no such domain.", field="domain", value=domain, remedy="Choose one of the list.")


def rule_sets_in(*, actor: Actor, domain: str) -> QuerySet[RuleSet]:
    """Return the rule sets of the domain without their content, newest first.

    Raises: NotAllowed without `view` in the domain.
    """
    require(actor, "view", domain)
    found = RuleSet.objects.filter(domain=domain).select_related("drafted_by", "published_by")
    return found.defer("content").order_by("-number")
