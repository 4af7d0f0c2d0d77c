"""The last decisions of a person, each to be looked at again and undone."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mdm.kernel.errors import Invalid
from mdm.matching.queries.decisions import decision_line, last_decisions
from mdm.stewardship.operations.undo_decision import undo_decision
from mdm.stewardship.queries.ahead import task_of_decision
from mdm.web.actor import actor_of
from mdm.web.decision_wording import told
from mdm.web.screen import screen
from mdm.web.views.account import next_or
from mdm.web.views.task import reopened

TEN = 10


@screen
def decisions(request: HttpRequest) -> HttpResponseBase:
    """The person's own last ten: a drawer beside the desk, or a page."""
    actor = actor_of(request)
    mine = [told(line) for line in last_decisions(actor=actor, by=actor, limit=TEN)]
    drawer = request.headers.get("HX-Target") == "drawer"
    context = {"active": "review", "decisions": mine, "back": request.GET.get("next", request.path)}
    return render(request, "decisions/drawer.html" if drawer else "decisions/page.html", context)


@screen
@require_POST
def undo(request: HttpRequest, decision_id: UUID) -> HttpResponseBase:
    """What the decision changed is as it was; sent twice, it is undone once. The desk gets the task that asks again."""
    actor = actor_of(request)
    task_id = task_of_decision(actor=actor, decision=decision_id)
    undo_decision(decision_id=_own_id(request), of=decision_id, actor=actor)
    if "HX-Request" in request.headers:
        return reopened(request, task_id) if task_id else HttpResponse(status=204)
    line = decision_line(actor=actor, decision=decision_id)
    flash.info(request, _("Undone: {what}").format(what=told(line).sentence))
    return redirect(next_or(request, "decisions"))


def _own_id(request: HttpRequest) -> UUID:
    """The undo's own id: the caller's, so that a resend does nothing twice."""
    sent = request.POST.get("undo_id", "")
    try:
        return UUID(sent) if sent else uuid4()
    except ValueError as fault:
        raise Invalid("That is no id of a decision.", field="undo_id", value=sent[:60]) from fault
