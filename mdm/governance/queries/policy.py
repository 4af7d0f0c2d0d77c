"""How a domain releases golden records, as it stands now."""

from __future__ import annotations

from mdm.accounts.permissions import Permissions
from mdm.governance.models import Domain, DomainPolicy
from mdm.governance.queries.systems import domains_visible_to
from mdm.kernel.once import once


def policy_of(domain: str) -> DomainPolicy:
    """Return the domain's policy; the usual one, not stored, where none was set."""
    stored = once(("policy", domain), lambda: DomainPolicy.objects.filter(domain_id=domain).first())
    return stored or DomainPolicy(domain_id=domain)


def policies_visible_to(permissions: Permissions) -> list[tuple[Domain, DomainPolicy]]:
    """Return every domain that may be viewed with its policy, in the order of domains; two statements."""
    domains = list(domains_visible_to(permissions))
    stored = {policy.domain_id: policy for policy in DomainPolicy.objects.filter(domain__in=domains)}
    return [(domain, stored.get(domain.code) or DomainPolicy(domain=domain)) for domain in domains]
