"""Whether golden records are as the person who decides saw them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from mdm.kernel.errors import Invalid
from mdm.matching.refusals import MovedRecord, RecordsMoved, moved_since
from mdm.matching.scene import Scene
from mdm.records.models import GoldenRecord
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
        _refuse_elsewhere(goldens[0].domain_id, versions or {})
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


def _refuse_elsewhere(domain: str, versions: Mapping[str, int]) -> None:
    """What was looked at may have become another record since: then that is what changed."""
    moved = moved_since(list(GoldenRecord.objects.filter(domain=domain, code__in=versions)), versions)
    if moved:
        raise RecordsMoved(moved)
