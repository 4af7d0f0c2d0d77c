"""What may be pinned: a value that its attribute takes, for a reason that somebody can read."""

from __future__ import annotations

import unicodedata
from typing import Any

from mdm.events.operations.record import REASON
from mdm.governance.queries import active_pack
from mdm.kernel.errors import Invalid


def checked_value(domain: str, path: str, value: Any) -> Any:
    """Return `value` as the attribute at `path` holds it.

    Raises: Invalid for an unknown path or a value that it does not take.
    """
    checked = active_pack(domain).check({path: value})
    for issue in checked.issues:
        if issue.severity == "reject":
            raise Invalid(issue.message, field=issue.path, value=issue.value, remedy=issue.remedy)
    return checked.merged[path]


def check_reason(reason: str) -> None:
    """Return when the reason can be kept and read.

    Raises: Invalid when it is missing, too long, or holds what is no text.
    """
    if not reason.strip():
        raise Invalid("A pin needs a reason.", field="reason", remedy="Say why this value is right.")
    if len(reason) > REASON:
        raise Invalid("The reason is too long.", field="reason", remedy=f"Say it in {REASON} characters.")
    if any(unicodedata.category(char) in ("Cc", "Cs") and char not in "\r\n\t" for char in reason):
        raise Invalid("The reason holds a character that is no text.", field="reason", remedy="Write it again.")
