"""What the review desk is given. Plain data: no row, no lazy query, nothing that the actor may not see.

A value that the actor may not read arrives masked, never with a flag to hide it later; what differs between masked
values is still told, by `Segment`s whose text is bullets. Paths are those of the domain's pack
(`addresses[billing].city`), codes are golden records' codes, times carry their offset. A **member** is one column of
the desk: a golden record of the task; for a task about one golden record (CONFLICT, BROKEN) one source record of it, or
the version of it that waits. Members are named by `key`.

    queue.list_tasks(*, actor, filter: QueueFilter, cursor: str = "", limit: int = 50) -> QueuePage
    queue.facets(*, actor, filter) -> Facets            queue.counts(*, actor, domain: str = "") -> QueueCounts
    typed_filter.parse(line: str) -> QueueFilter        typed_filter.write(filter) -> str
    item.item(*, actor, task_id: int) -> TaskItem
    item.preview(*, actor, task_id, members: Sequence[str], picks: Mapping[str, Any]) -> ItemPreview
    item.following(*, actor, filter, after: int, n: int = 2) -> list[int]
    item.neighbours(*, actor, filter, task_id) -> Neighbours
"""

from mdm.stewardship.queries.shapes.item import (
    AttributeRow,
    Bar,
    Cell,
    CommentView,
    Consequences,
    Identifier,
    ItemPreview,
    Member,
    Moving,
    Neighbours,
    PairView,
    Question,
    Result,
    Rival,
    Segment,
    TaskItem,
)
from mdm.stewardship.queries.shapes.queue import (
    Facets,
    FacetValue,
    Lease,
    QueueCounts,
    QueueFilter,
    QueuePage,
    QueueRow,
)

__all__ = [
    "AttributeRow",
    "Bar",
    "Cell",
    "CommentView",
    "Consequences",
    "FacetValue",
    "Facets",
    "Identifier",
    "ItemPreview",
    "Lease",
    "Member",
    "Moving",
    "Neighbours",
    "PairView",
    "Question",
    "QueueCounts",
    "QueueFilter",
    "QueuePage",
    "QueueRow",
    "Result",
    "Rival",
    "Segment",
    "TaskItem",
]
