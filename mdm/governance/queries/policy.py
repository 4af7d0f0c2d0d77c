"""How a domain releases golden records."""

from __future__ import annotations

from mdm.governance.models import DomainPolicy


def policy_of(domain: str) -> DomainPolicy:
    """Return the domain's policy; the usual one, not stored, where none was set."""
    return DomainPolicy.objects.filter(domain_id=domain).first() or DomainPolicy(domain_id=domain)
