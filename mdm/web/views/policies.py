"""How each domain releases golden records and how long deliveries of a decision wait."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from mdm.accounts.queries import permissions_of
from mdm.governance.models import LONGEST_HOLD, Release
from mdm.governance.operations.set_policy import set_policy
from mdm.governance.queries.policy import policies_visible_to
from mdm.kernel.errors import NotFound
from mdm.web.actor import actor_of
from mdm.web.screen import screen

WAYS = (
    (Release.AUTO.value, _("By itself, as soon as nothing stands against it")),
    (Release.REVIEWED.value, _("By itself when matching found nothing, else with the decision of a person")),
    (Release.STEWARD.value, _("Always by a person, as an act of its own")),
)


class PolicyForm(forms.Form):
    """What a domain's policy says."""

    release = forms.ChoiceField(label=_("A golden record is released"), choices=WAYS)
    hold_seconds = forms.IntegerField(
        label=_("Deliveries wait after a merge, split or unmerge (seconds)"),
        min_value=0,
        max_value=LONGEST_HOLD,
        help_text=_("While they wait, an undo means that nothing ever left. 0 sends at once."),
    )
    auto_merge = forms.BooleanField(
        label=_("Rules may merge"),
        required=False,
        help_text=_("Pairs above the automatic threshold are merged without a person; each can be undone."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=500, required=False)


@screen
def policies(request: HttpRequest) -> HttpResponseBase:
    """Every domain that the person may view, with its policy in words."""
    permissions = permissions_of(actor_of(request))
    words = dict(WAYS)
    rows = [
        (domain, policy, words[policy.release], permissions.may("publish", domain.code))
        for domain, policy in policies_visible_to(permissions)
    ]
    return render(request, "policies/list.html", {"active": "policies", "rows": rows})


@screen
def policy(request: HttpRequest, domain: str) -> HttpResponseBase:
    """Changed by whoever may publish the domain; shown to whoever may view it."""
    actor = actor_of(request)
    found = next((pair for pair in policies_visible_to(permissions_of(actor)) if pair[0].code == domain), None)
    if found is None:
        raise NotFound("There is no such domain.", field="domain", value=domain, remedy="Choose one of the list.")
    held = found[1]
    now = {"release": held.release, "hold_seconds": held.hold_seconds, "auto_merge": held.auto_merge}
    form = PolicyForm(request.POST or None, initial=now)
    if form.is_valid():
        set_policy(domain=domain, **form.cleaned_data, actor=actor)
        return redirect("policies")
    may_change = permissions_of(actor).may("publish", domain)
    context = {"active": "policies", "domain": found[0], "form": form, "may_change": may_change}
    return render(request, "policies/page.html", context, status=422 if form.errors else 200)
