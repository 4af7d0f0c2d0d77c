"""What a decision refuses, beyond what every operation refuses, with what a screen needs to show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mdm.kernel.errors import Conflict
from mdm.records.models import GoldenRecord, GoldenVersion
from mdm.records.queries.successors import successors_of


@dataclass(frozen=True, slots=True)
class MovedRecord:
    """A golden record that is not as it was seen: `paths` name the attributes that differ, `leads_to` the codes that it
    leads to if it lives no more.
    """

    code: str
    seen: int
    now: int
    status: str
    paths: list[str]
    leads_to: list[str]


class RecordsMoved(Conflict):
    """The golden records are not as the person who decided saw them."""

    code = "records_moved"

    def __init__(self, moved: Sequence[MovedRecord]) -> None:
        first = moved[0]
        others = f" and {len(moved) - 1} more" if len(moved) > 1 else ""
        super().__init__(
            f"{first.code}{others} changed since you looked: {_said(first)}.",
            field="versions",
            value=first.code,
            remedy="Look again and decide on what is there now.",
        )
        self.moved = list(moved)


class Distinguished(Conflict):
    """Verdicts stand against it: somebody said that these are not the same. `verdicts` are their ids."""

    code = "distinguished"

    def __init__(self, message: str, verdicts: Sequence[int], *, remedy: str) -> None:
        super().__init__(message, field="supersedes", value=str(verdicts[0]), remedy=remedy)
        self.verdicts = list(verdicts)


class NotUndoable(Conflict):
    """The decision cannot be undone (any more); `by` are the decisions that stand in the way."""

    code = "not_undoable"

    def __init__(self, message: str, by: Sequence[str] = (), *, remedy: str) -> None:
        super().__init__(message, field="decision", remedy=remedy)
        self.by = list(by)


def moved_since(goldens: Sequence[GoldenRecord], versions: Mapping[str, int]) -> list[MovedRecord]:
    """Return what became of each golden record that is not at the version named for its code."""
    moved = [golden for golden in goldens if versions.get(golden.code, golden.version_number) != golden.version_number]
    if not moved:
        return []
    leads = successors_of(golden.pk for golden in moved)
    return [
        MovedRecord(
            code=golden.code,
            seen=versions[golden.code],
            now=golden.version_number,
            status=golden.status,
            paths=_differing(golden, versions[golden.code]),
            leads_to=leads.get(golden.pk, []),
        )
        for golden in moved
    ]


def _differing(golden: GoldenRecord, seen: int) -> list[str]:
    wanted = GoldenVersion.objects.filter(golden=golden, number__in=[seen, golden.version_number])
    values = {number: said or {} for number, said in wanted.values_list("number", "values")}
    before, now = values.get(seen, {}), values.get(golden.version_number, {})
    return sorted(path for path in before.keys() | now.keys() if before.get(path) != now.get(path))


def _said(moved: MovedRecord) -> str:
    if moved.leads_to:
        return f"it leads to {', '.join(moved.leads_to)} now"
    if moved.status == "RETIRED":
        return "no identifier leads to it any more"
    if moved.paths:
        return ", ".join(moved.paths[:3]) + (f" and {len(moved.paths) - 3} more" if len(moved.paths) > 3 else "")
    return f"it is at version {moved.now}"
