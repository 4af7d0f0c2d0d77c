"""Whether golden records are as the person who decides saw them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from mdm.kernel.errors import Invalid
from mdm.matching.plan import Plan
from mdm.matching.refusals import MovedRecord, RecordsMoved, moved_since
from mdm.records.next_versions import LIVING
from mdm.records.queries.successors import successors_of


def object_to_moved(plan: Plan, versions: Mapping[str, int] | None, *, only: Collection[int] = ()) -> None:
    """Note every golden record of the plan's scene, or of those in `only`, that is at another version than the one
    seen, or lives no more.
    """
    goldens = [golden for pk, golden in plan.scene.goldens.items() if not only or pk in only]
    unseen = [golden.code for golden in goldens if versions is not None and golden.code not in versions]
    if unseen:
        plan.object(
            Invalid(
                f"The version of {unseen[0]} that you saw is missing.",
                field="versions",
                value=unseen[0],
                remedy="Send the version of every record that the decision is about.",
            )
        )
    moved = moved_since(goldens, versions or {})
    left = [golden for golden in goldens if golden.status not in LIVING and golden.code not in {m.code for m in moved}]
    leads = successors_of(golden.pk for golden in left) if left else {}
    moved += [
        MovedRecord(one.code, one.version_number, one.version_number, one.status, [], leads.get(one.pk, []))
        for one in left
    ]
    if moved:
        plan.object(RecordsMoved(moved))
