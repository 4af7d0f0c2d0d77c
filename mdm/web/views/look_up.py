"""Is it here already: a record is looked up by all that is known of it, before anybody makes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import render

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of
from mdm.governance.queries import domains_visible_to
from mdm.kernel.errors import Invalid, NotFound
from mdm.matching.queries.look_up import Likeness, LookedUp, look_up_record
from mdm.matching.queries.look_up_form import AskedValue, asked_values
from mdm.records.queries.record_list import described, visible_goldens
from mdm.web.actor import actor_of
from mdm.web.screen import screen

MOST = 10


@dataclass(frozen=True, slots=True)
class Shown:
    """A field with what was typed into it, and the key that was chosen for it."""

    asked: AskedValue
    text: str
    key: str


@screen
def look_up(request: HttpRequest) -> HttpResponseBase:
    """The form, and below it who it may be, likeliest first. What is typed stays out of addresses and logs."""
    actor = actor_of(request)
    domains = {one.code: one.label for one in domains_visible_to(permissions_of(actor))}
    if not domains:
        raise NotFound("There is no domain that you may view.", field="domain", remedy="Ask for the right to view one.")
    asked = request.POST.get("domain") or request.GET.get("domain", "")
    domain = asked if asked in domains else next(iter(domains))
    fields = [_shown(one, request.POST) for one in asked_values(domain)]
    context: dict[str, object] = {"active": "records", "domains": domains, "domain": domain, "fields": fields}
    status = 200
    if request.method == "POST":
        try:
            context |= _answer(actor, look_up_record(actor=actor, domain=domain, values=_values(fields), limit=MOST))
        except Invalid as refusal:
            context["refusal"], status = refusal, refusal.status
    return render(request, "records/look_up.html", context, status=status)


def _shown(asked: AskedValue, sent: QueryDict) -> Shown:
    return Shown(asked, sent.get(f"value:{asked.path}", "").strip(), sent.get(f"key:{asked.path}", ""))


def _values(fields: Sequence[Shown]) -> Mapping[str, str]:
    return {one.asked.at(_chosen(one)): one.text for one in fields if one.text}


def _chosen(one: Shown) -> str:
    known = [key for key, _label in one.asked.choices]
    if known and one.key not in known:
        raise Invalid(
            f"{one.asked.label}: which kind it is, is not said.", field="key", value=one.key, remedy="Choose its kind."
        )
    return one.key


def _answer(actor: Actor, found: LookedUp) -> dict[str, object]:
    codes = [one.code for one in found.candidates]
    goldens = list(visible_goldens(actor=actor).filter(code__in=codes))
    lines = {line.code: line for line in described(actor=actor, goldens=goldens)}
    rows: list[tuple[Likeness, object]] = [(one, lines[one.code]) for one in found.candidates if one.code in lines]
    return {"found": found, "rows": rows}
