"""Files on their way in: what was sent, how it is read, the rows waiting, and the rows refused."""

from sync.ingestion.models.layouts import FileLayout
from sync.ingestion.models.mapping import MappingImport, MappingOutcome, MappingRow
from sync.ingestion.models.runs import IngestionRun, RejectedRow, StagedRow

__all__ = [
    "FileLayout",
    "IngestionRun",
    "MappingImport",
    "MappingOutcome",
    "MappingRow",
    "RejectedRow",
    "StagedRow",
]
