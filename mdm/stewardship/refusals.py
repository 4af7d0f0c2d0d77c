"""What deciding a task refuses, with what a screen needs to show it."""

from __future__ import annotations

from mdm.kernel.errors import Conflict
from mdm.stewardship.models import ReviewTask


class TaskMoved(Conflict):
    """The task is not as the person who decided saw it: it was decided, or its question has changed."""

    code = "task_moved"

    def __init__(self, task: ReviewTask, message: str) -> None:
        super().__init__(
            message, field="task", value=str(task.pk), remedy="Look again and decide on what is there now."
        )
        self.task = task.pk
        self.task_status = task.status
        self.by = task.closed_by.name if task.closed_by else ""
        self.decision = task.decision_id


def decided_already(task: ReviewTask) -> TaskMoved:
    """Return the refusal of a task that is closed, naming who closed it and how."""
    if task.status == "GONE":
        return TaskMoved(task, "Nothing is asked here any more: the records changed.")
    who = task.closed_by.name if task.closed_by else "Somebody"
    how = f" ({task.decision.get_kind_display().lower()})" if task.decision else ""
    return TaskMoved(task, f"{who} decided this task at the same time or before{how}.")


def asks_something_else(task: ReviewTask) -> TaskMoved:
    """Return the refusal of a decision made on evidence that is no longer the task's."""
    return TaskMoved(task, "What this task asks has changed since you looked: its members or their evidence.")
