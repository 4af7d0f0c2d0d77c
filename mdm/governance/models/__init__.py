"""What is agreed about data: domains and their versions, systems and their id types, rule sets, ownership."""

from mdm.governance.models.domains import Domain, DomainVersion, VersionStatus
from mdm.governance.models.policy import LONGEST_HOLD, DomainPolicy, Release
from mdm.governance.models.rules import Mode, Ownership, RuleSet
from mdm.governance.models.systems import HUB, IdType, System

__all__ = [
    "HUB",
    "LONGEST_HOLD",
    "Domain",
    "DomainPolicy",
    "DomainVersion",
    "IdType",
    "Mode",
    "Ownership",
    "Release",
    "RuleSet",
    "System",
    "VersionStatus",
]
