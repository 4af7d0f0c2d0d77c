"""What is known of real things: identifiers, what systems said, golden records."""

from mdm.records.models.golden import GoldenRecord, GoldenSuccessor, GoldenVersion, Pin, Relationship, RelationshipKind
from mdm.records.models.identity import CrosswalkEntry, ExternalId
from mdm.records.models.source import Finding, RecordKey, SourceRecord, SourceVersion

__all__ = [
    "CrosswalkEntry",
    "ExternalId",
    "Finding",
    "GoldenRecord",
    "GoldenSuccessor",
    "GoldenVersion",
    "Pin",
    "RecordKey",
    "Relationship",
    "RelationshipKind",
    "SourceRecord",
    "SourceVersion",
]
