"""Whether golden records are as the person who decides saw them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from mdm.kernel.errors import Invalid
from mdm.matching.refusals import MovedRecord, RecordsMoved, moved_since
from mdm.matching.scene import Scene
from mdm.records.next_versions import LIVING
from mdm.records.queries.successors import successors_of


def refuse_moved(scene: Scene, versions: Mapping[str, int] | None, *, only: Collection[int] = ()) -> None:
    """Return when every golden record of the scene, or of those in `only`, lives and is at the version that was seen;
    `versions` None: whatever is there now was seen.

    Raises: RecordsMoved naming what changed; Invalid for one whose version is not named.
    """
    goldens = [golden for pk, golden in scene.goldens.items() if not only or pk in only]
    unseen = [golden.code for golden in goldens if versions is not None and golden.code not in versions]
    if unseen:
        raise Invalid(
            f"The version of {unseen[0]} that you saw is missing.",
            field="versions",
            value=unseen[0],
            remedy="Send the version of every record that the decision is about.",
        )
    moved = moved_since(goldens, versions or {})
    left = [golden for golden in goldens if golden.status not in LIVING and golden.code not in {m.code for m in moved}]
    leads = successors_of(golden.pk for golden in left) if left else {}
    moved += [
        MovedRecord(one.code, one.version_number, one.version_number, one.status, [], leads.get(one.pk, []))
        for one in left
    ]
    if moved:
        raise RecordsMoved(moved)
