"""The review screen: one task, what a choice would do, and the decision; each works as a page and as a fragment."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from mdm.accounts.models import Actor
from mdm.accounts.queries import people_who_may, permissions_of
from mdm.governance.queries import systems_visible_to
from mdm.kernel.errors import Conflict, DomainError
from mdm.matching.queries.decisions import last_decisions
from mdm.matching.queries.first_steps import FirstSteps, first_steps
from mdm.stewardship.operations.assign_task import answer_question, assign_task, wake_task
from mdm.stewardship.operations.decide_task import decide_task
from mdm.stewardship.operations.lease_task import PREFETCH, lease_task
from mdm.stewardship.queries import item as items
from mdm.stewardship.queries.ahead import ahead
from mdm.stewardship.queries.shapes import Neighbours, TaskItem
from mdm.stewardship.queries.typed_filter import parse
from mdm.web.actor import actor_of
from mdm.web.decision_wording import told as told_decision
from mdm.web.navigation import existing
from mdm.web.review.answer import Choices, choices
from mdm.web.review.context import Urls, desk_context
from mdm.web.review.deciding import answer_of, told
from mdm.web.review.desk import Desk
from mdm.web.screen import screen
from mdm.web.views.queue import line_of, task_url

AHEAD = 2
KNOWS_THE_DESK = "knows_the_desk"


@screen
def task(request: HttpRequest, task_id: int) -> HttpResponseBase:
    """One task within the view it was opened from; the page carries it whole and works without JavaScript."""
    actor, line = actor_of(request), line_of(request)
    found = items.item(actor=actor, task_id=task_id)
    return _page(request, found, line)


@screen
def following(request: HttpRequest) -> HttpResponseBase:
    """The next tasks of the view as inert templates, so that the next one is there before it is asked for."""
    actor, line = actor_of(request), line_of(request)
    chosen, after = parse(line), _whole(request.GET.get("after"))
    left = {_whole(one) for one in request.GET.get("not", "").split(",")}
    wanted = min(AHEAD, _whole(request.GET.get("n")) or AHEAD)
    ids = ahead(actor=actor, filter=chosen, after=after, n=wanted, without=left)
    articles = [render_to_string("review/item.html", _coming(request, one, line), request) for one in ids]
    return render(request, "review/following.html", {"articles": articles})


@screen
@require_POST
def preview(request: HttpRequest, task_id: int) -> HttpResponseBase:
    """What the chosen members and values would become: parts of the page, or the page itself without JavaScript."""
    actor, made = actor_of(request), choices(request.POST)
    found = items.item(actor=actor, task_id=task_id)
    inside = made.among([member.key for member in found.members])
    shown = items.preview(actor=actor, task_id=task_id, members=inside, picks=made.wanted)
    desk = Desk(found, _colours(actor), made, shown)
    context = {**_context(request, found, line_of(request), made), "desk": desk}
    fragment = "HX-Request" in request.headers
    return render(request, "review/preview.html" if fragment else "review/page.html", context)


@screen
@require_POST
def decide(request: HttpRequest, task_id: int) -> HttpResponseBase:
    """Decided, once however often it is sent; refused with what changed when the records moved meanwhile."""
    actor, line = actor_of(request), line_of(request)
    if not request.POST.get("verdict"):
        return preview(request, task_id)
    found, made = items.item(actor=actor, task_id=task_id), choices(request.POST)
    given = answer_of(request.POST, made, found)
    try:
        came = decide_task(task_id=task_id, answer=given, actor=actor)
    except DomainError as refusal:
        return _again(request, task_id, line, refusal, made)
    sentence, undo = told(found, given, came)
    if "HX-Request" in request.headers:
        response = HttpResponse(status=204)
        trigger_client_event(response, "decided", {"sentence": sentence, "undo": undo})
        return response
    flash.info(request, sentence)
    coming = ahead(actor=actor, filter=parse(line), after=task_id, n=1)
    return redirect(task_url(coming[0], line) if coming else f"{reverse('review')}?{urlencode({'q': line})}")


@screen
@require_POST
def lease(request: HttpRequest, task_id: int) -> HttpResponseBase:
    """The person is seen to look at the task; the answer says who else does."""
    held = lease_task(task_id=task_id, actor=actor_of(request))
    return render(request, "review/presence.html", {"lease": held})


@screen
@require_POST
def answer(request: HttpRequest, task_id: int) -> HttpResponseBase:
    """What was asked is answered, by whoever knows; the task is open again."""
    answer_question(task_id=task_id, text=request.POST.get("body", ""), actor=actor_of(request))
    return redirect(task_url(task_id, line_of(request)))


@screen
@require_POST
def wake(request: HttpRequest, task_id: int) -> HttpResponseBase:
    """The task is put off no more."""
    wake_task(task_id=task_id, actor=actor_of(request))
    return redirect(task_url(task_id, line_of(request)))


@screen
@require_POST
def take(request: HttpRequest, task_id: int) -> HttpResponseBase:
    """The task is the person's own, or nobody's."""
    actor = actor_of(request)
    assign_task(task_id=task_id, assignee=None if "leave" in request.POST else actor, actor=actor)
    return redirect(task_url(task_id, line_of(request)))


def _coming(request: HttpRequest, task_id: int, line: str) -> Mapping[str, object]:
    """A task that is about to be shown: others see for a while that somebody will look at it."""
    actor = actor_of(request)
    found = items.item(actor=actor, task_id=task_id)
    if found.may_decide:
        lease_task(task_id=task_id, actor=actor, lasts=PREFETCH)
    return _context(request, found, line)


def reopened(request: HttpRequest, task_id: int) -> HttpResponse:
    """The task as a fragment, asked again."""
    found, line = items.item(actor=actor_of(request), task_id=task_id), line_of(request)
    return render(request, "review/item.html", {**_frame(request, found, line), **_context(request, found, line)})


def _again(
    request: HttpRequest, task_id: int, line: str, refusal: DomainError, made: Choices | None = None
) -> HttpResponse:
    """The task as it is now, with why the decision was not taken on top; what the steward chose is kept if it fits."""
    if refusal.status in (403, 404):
        raise refusal
    found = items.item(actor=actor_of(request), task_id=task_id)
    kept = None if isinstance(refusal, Conflict) else made
    context = {**_frame(request, found, line), **_context(request, found, line, kept), "changed": refusal}
    fragment = "HX-Request" in request.headers
    return render(request, "review/item.html" if fragment else "review/page.html", context, status=refusal.status)


def _page(request: HttpRequest, found: TaskItem, line: str) -> HttpResponse:
    return render(request, "review/page.html", {**_frame(request, found, line), **_context(request, found, line)})


def _frame(request: HttpRequest, found: TaskItem, line: str) -> Mapping[str, object]:
    actor = actor_of(request)
    mine = last_decisions(actor=actor, by=actor, limit=1)
    return {"active": "review", "line": line, "last": told_decision(mine[0]) if mine else None}


def _context(request: HttpRequest, found: TaskItem, line: str, made: Choices | None = None) -> dict[str, object]:
    actor = actor_of(request)
    beside = items.neighbours(actor=actor, filter=parse(line), task_id=found.id)
    desk = Desk(found, _colours(actor), made)
    people = people_who_may("view", found.domain)
    shown = desk_context(desk, _urls(found.id, line), line=line, people=people)
    return {**shown, **_way(beside, line), "hints": _hints(request, found)}


def _hints(request: HttpRequest, found: TaskItem) -> FirstSteps | None:
    """How far a newcomer came; None for who only looks, and for who has merged and undone: they are not asked again."""
    if not found.may_decide or request.session.get(KNOWS_THE_DESK):
        return None
    steps = first_steps(actor_of(request))
    if steps.merged and steps.undid:
        request.session[KNOWS_THE_DESK] = True
        return None
    return steps


def _way(beside: Neighbours, line: str) -> dict[str, object]:
    return {
        "place": _("{place} of {total}").format(place=beside.place, total=beside.total) if beside.place else "",
        "previous_url": task_url(beside.previous, line) if beside.previous else "",
        "next_url": task_url(beside.next, line) if beside.next else "",
    }


def _urls(task_id: int, line: str) -> Urls:
    return Urls(
        item=task_url(task_id, line),
        up=_queue(line),
        next=f"{reverse('review-next')}?{urlencode({'q': line})}",
        decide=reverse("review-decide", args=[task_id]),
        preview=reverse("review-preview", args=[task_id]),
        lease=reverse("review-lease", args=[task_id]),
        comment=reverse("comment"),
        answer=reverse("review-answer", args=[task_id]),
        wake=reverse("review-wake", args=[task_id]),
        take=reverse("review-take", args=[task_id]),
        decisions=existing("decisions"),
        consequences=existing("sync-consequences", task_id),
    )


def _queue(line: str) -> str:
    return f"{reverse('review')}?{urlencode({'q': line})}" if line else reverse("review")


def _colours(actor: Actor) -> dict[str, int]:
    return {system.code: system.colour for system in systems_visible_to(permissions_of(actor))}


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 19 else 0
