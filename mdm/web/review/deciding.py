"""From what a steward sent to the one answer that decides, and from what came of it to a sentence."""

from __future__ import annotations

import json
from datetime import datetime, time
from uuid import UUID, uuid4

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mdm.kernel.errors import Invalid
from mdm.stewardship.answers import Answer, Answered
from mdm.stewardship.queries.shapes import TaskItem
from mdm.web.review.answer import IN, LONGEST, SECOND, Choices
from mdm.web.review.context import title

MORNING = time(8, 0)


def answer_of(form: QueryDict, made: Choices, found: TaskItem) -> Answer:
    """Raises: Invalid when the form was damaged on its way."""
    keys = [member.key for member in found.members]
    sent = {name: form.get(name) or "" for name in ("decision_id", "whom")}
    try:
        decision_id = UUID(sent["decision_id"]) if sent["decision_id"] else uuid4()
        versions = {str(code): int(number) for code, number in json.loads(form.get("versions") or "{}").items()}
        supersedes = [int(one) for one in form.get("supersedes", "").split(",") if one]
        whom = int(sent["whom"]) if sent["whom"] else None
        until = _until(form.get("until", ""))
    except (ValueError, AttributeError) as fault:
        raise Invalid(
            "This form was damaged on its way.", field="form", remedy="Load the task again and repeat your decision."
        ) from fault
    return Answer(
        verdict=form.get("verdict", ""),
        decision_id=decision_id,
        evidence_hash=form.get("evidence_hash", ""),
        versions=versions,
        members=made.among(keys, IN),
        second=made.among(keys, SECOND),
        picks=made.picks,
        supersedes=supersedes,
        relation=form.get("relation") or "related",
        reason=form.get("reason", "").strip()[:LONGEST],
        question=form.get("question", "").strip()[:LONGEST],
        whom=whom,
        until=until,
    )


def _until(text: str) -> datetime | None:
    """The morning of that day, in the person's own zone."""
    if not text:
        return None
    day = parse_date(text)
    if day is None:
        raise ValueError(text)
    return timezone.make_aware(datetime.combine(day, MORNING))


def told(found: TaskItem, answer: Answer, came: Answered) -> tuple[str, str]:
    """One sentence in the past tense, and where it is undone; nothing to undo where nothing was decided."""
    many = len(answer.members) or len(found.members)
    said = {
        "merge": ngettext("merged %d record", "merged %d records", many) % many
        if len(found.members) > 1
        else _("kept"),
        "not_a_match": _("told apart"),
        "related": _("related"),
        "split": _("split"),
        "ask": _("question asked"),
        "escalate": _("escalated"),
        "later": _("put off"),
        "skip": _("passed by"),
    }
    undo = reverse("decision-undo", args=[came.decision]) if came.decision else ""
    return f"{title(found)}: {said.get(answer.verdict, answer.verdict)}", undo
