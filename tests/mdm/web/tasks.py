"""Review tasks laid down by hand, for pages that only read them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from mdm.kernel.clock import database_now
from mdm.records.models import GoldenRecord
from mdm.stewardship.models import ReviewTask, TaskMember


def lay_task(*codes: str, **fields: Any) -> ReviewTask:
    """An open task about the golden records of those codes."""
    now = database_now()
    score = fields.pop("score", 7.5)
    given: dict[str, Any] = {
        "domain_id": "party",
        "reason": "THRESHOLD",
        "status": "OPEN",
        "score": score,
        "rank": score if score is not None else -1e9,
        "member_count": len(codes),
        "systems": ["CRM", "SAP"],
        "conflicts": ["street"],
        "why": "Tax ID equal, street differs",
        "value_at_stake": Decimal(84_000),
        "opened_at": now - timedelta(days=3),
        "changed_at": now,
    }
    task = ReviewTask.objects.create(**given | fields)
    for place, code in enumerate(codes):
        golden = GoldenRecord.objects.get(code=code)
        TaskMember.objects.create(task=task, golden=golden, open=task.status in ("OPEN", "WAITING"), position=place)
    return task


def codes_named(*parts: str) -> list[str]:
    """The codes of the golden records that are called so, in that order."""
    found = GoldenRecord.objects.filter(versions__values__name__isnull=False).distinct()
    names = {str(g.versions.order_by("-number")[0].values.get("name")): g.code for g in found}  # type: ignore[union-attr]
    return [next(code for name, code in names.items() if part in name) for part in parts]
