"""The rules by which records match: what is in force, and what people's verdicts taught."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from mdm.accounts.queries import permissions_of
from mdm.governance.queries.rule_sets import domain_rules, rule_sets_in, rules_visible_to
from mdm.jobs.queries import get_job
from mdm.kernel.errors import DomainError
from mdm.matching.operations.publish_retraining import publish_retraining
from mdm.matching.operations.submit_retraining import submit_retraining
from mdm.matching.queries.due import matching_of
from mdm.matching.queries.retrainings import moved_pairs, retraining_by_job, retraining_of, retrainings_in
from mdm.matching.queries.taught import FEWEST, FEWEST_OF_A_KIND, verdicts_standing
from mdm.web.actor import actor_of
from mdm.web.screen import screen

SHOWN = 20
MOST_TELLING = 10


class PublishForm(forms.Form):
    """The thresholds that learned weights are published with."""

    review = forms.DecimalField(
        label=_("People are asked from (bits)"), max_digits=7, decimal_places=3, min_value=-1_000, max_value=1_000
    )
    auto = forms.DecimalField(
        label=_("Certain from (bits)"), max_digits=7, decimal_places=3, min_value=-1_000, max_value=1_000
    )
    reason = forms.CharField(label=_("Reason"), max_length=500, required=False)

    def clean(self) -> dict[str, Any]:
        """What is certain is shown as well, so that it cannot begin below it."""
        said: dict[str, Any] = super().clean() or {}
        if "review" in said and "auto" in said and said["auto"] < said["review"]:
            self.add_error("auto", _("What is certain cannot begin below what people are asked about. Raise it."))
        return said


@screen
def rules(request: HttpRequest) -> HttpResponseBase:
    """Every domain that the person may view, with its rules in force."""
    return render(request, "rules/list.html", {"active": "rules", "rows": rules_visible_to(actor=actor_of(request))})


@screen
def rules_page(request: HttpRequest, domain: str) -> HttpResponseBase:
    """The rules of one domain: what each agreement weighs, what could be learned, and what was."""
    return _rules_page(request, domain)


def _rules_page(request: HttpRequest, domain: str, refusal: DomainError | None = None) -> HttpResponseBase:
    actor = actor_of(request)
    found = domain_rules(actor=actor, domain=domain)
    matching = matching_of(domain)
    context = {
        "active": "rules",
        "domain": found.domain,
        "in_force": found.in_force,
        "model": matching.model if matching else None,
        "verdicts": verdicts_standing(domain),
        "fewest": (FEWEST, FEWEST_OF_A_KIND),
        "rule_sets": rule_sets_in(actor=actor, domain=domain)[:SHOWN],
        "retrainings": retrainings_in(actor=actor, domain=domain)[:SHOWN],
        "may_publish": permissions_of(actor).may("publish", domain),
        "refusal": refusal,
    }
    return render(request, "rules/page.html", context, status=refusal.status if refusal else 200)


@screen
@require_POST
def learn(request: HttpRequest, domain: str) -> HttpResponseBase:
    """A job learns from the verdicts; a refusal is shown on the page of the rules."""
    actor = actor_of(request)
    domain_rules(actor=actor, domain=domain)
    try:
        asked = submit_retraining(domain=domain, actor=actor, reason=request.POST.get("reason", "")[:500])
    except DomainError as refusal:
        return _rules_page(request, domain, refusal)
    return redirect("job", job_id=asked.job)


@screen
def learned(request: HttpRequest, retraining: UUID) -> HttpResponseBase:
    """The report of what was learned; who may publish the domain puts it in force."""
    return _learned_page(request, retraining)


def _learned_page(
    request: HttpRequest, retraining: UUID, form: PublishForm | None = None, refusal: DomainError | None = None
) -> HttpResponseBase:
    actor = actor_of(request)
    found = retraining_of(actor=actor, retraining=retraining)
    report = found.report or {}
    ready = found.draft is not None and found.draft.status == "DRAFT"
    if ready and found.draft is not None and form is None:
        form = PublishForm(initial={"review": found.draft.review_threshold, "auto": found.draft.auto_threshold})
    context = {
        "active": "rules",
        "found": found,
        "report": report,
        "telling": moved_pairs(actor=actor, lines=report.get("telling", ()))[:MOST_TELLING],
        "came": moved_pairs(actor=actor, lines=report.get("came_first", ())),
        "went": moved_pairs(actor=actor, lines=report.get("went_first", ())),
        "form": form,
        "ready": ready,
        "may_publish": permissions_of(actor).may("publish", found.domain_id),
        "refusal": refusal,
    }
    status = refusal.status if refusal else 422 if form and form.errors else 200
    return render(request, "rules/learned.html", context, status=status)


@screen
@require_POST
def publish(request: HttpRequest, retraining: UUID) -> HttpResponseBase:
    """The learned weights are in force; a refusal is shown on the report."""
    actor, form = actor_of(request), PublishForm(request.POST)
    if not form.is_valid():
        return _learned_page(request, retraining, form)
    try:
        published = publish_retraining(retraining=retraining, **form.cleaned_data, actor=actor)
    except DomainError as refusal:
        return _learned_page(request, retraining, form, refusal)
    return redirect("rules-page", domain=published.domain_id)


@screen
def panel(request: HttpRequest, job_id: UUID) -> HttpResponseBase:
    """What a job's page shows of its learning: the way to the report."""
    job = get_job(actor=actor_of(request), job_id=job_id)
    found = retraining_by_job(actor=actor_of(request), job=job.pk)
    return render(request, "rules/panel.html", {"found": found, "job": job})
