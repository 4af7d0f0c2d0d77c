"""What people are asked, what they propose, and what they say about it."""

from mdm.stewardship.models.bulk import BulkAct, BulkItem, BulkKind, BulkStatus
from mdm.stewardship.models.desk import Comment, SavedView
from mdm.stewardship.models.requests import ChangeRequest, ChangeRequestItem, RequestKind, RequestStatus
from mdm.stewardship.models.tasks import ReviewTask, TaskMember, TaskReason, TaskSkip, TaskStatus

__all__ = [
    "BulkAct",
    "BulkItem",
    "BulkKind",
    "BulkStatus",
    "ChangeRequest",
    "ChangeRequestItem",
    "Comment",
    "RequestKind",
    "RequestStatus",
    "ReviewTask",
    "SavedView",
    "TaskMember",
    "TaskReason",
    "TaskSkip",
    "TaskStatus",
]
