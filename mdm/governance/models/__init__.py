"""What is agreed about data: domains and their versions, systems and their id types, rule sets, ownership."""

from mdm.governance.models.domains import Domain, DomainVersion, VersionStatus
from mdm.governance.models.rules import Mode, Ownership, RuleSet
from mdm.governance.models.systems import HUB, IdType, System

__all__ = [
    "HUB",
    "Domain",
    "DomainVersion",
    "IdType",
    "Mode",
    "Ownership",
    "RuleSet",
    "System",
    "VersionStatus",
]
