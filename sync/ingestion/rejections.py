"""A rejected row on its way to its table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mdm.engine.checked import Issue
from sync.ingestion.layouts.plan import Fault


@dataclass(frozen=True)
class Rejection:
    """Why one row of one object was not taken in."""

    object: str
    row: int
    cells: Sequence[str]
    fault: Fault
    scope: str = ""
    key: str = ""


def fault_of_issues(issues: Sequence[Issue], columns: Sequence[str]) -> Fault:
    """Return one fault that tells all issues of a row; `columns` names the cell of each."""
    return Fault(
        column=" | ".join(dict.fromkeys(columns)),
        value=" | ".join(issue.value for issue in issues),
        message=" ".join(dict.fromkeys(issue.message for issue in issues)),
        remedy=" ".join(dict.fromkeys(issue.remedy for issue in issues)),
        code=issues[0].code,
    )
