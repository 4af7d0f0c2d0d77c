"""The last decisions of a person, each to be looked at again and undone."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mdm.kernel.errors import Invalid
from mdm.matching.queries.decisions import decision_line, last_decisions
from mdm.stewardship.operations.undo_decision import undo_decision as take_back
from mdm.web.actor import actor_of
from mdm.web.decision_wording import told
from mdm.web.screen import screen
from mdm.web.views.account import next_or

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
def undo_decision(request: HttpRequest, decision_id: UUID) -> HttpResponseBase:
    """What the decision changed is as it was, and its task asks again; sent twice, it is undone once."""
    actor = actor_of(request)
    take_back(decision_id=_own_id(request), of=decision_id, actor=actor)
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
