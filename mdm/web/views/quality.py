"""How good the demo's proposals are, measured against what is known of its companies and persons."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from mdm.stewardship.queries.quality import demo_quality
from mdm.web.actor import actor_of
from mdm.web.screen import screen


@screen
def quality(request: HttpRequest) -> HttpResponseBase:
    """Precision and recall as they are now; an explanation where there is no truth to measure against."""
    found = demo_quality(actor=actor_of(request))
    if found is None or not found.records:
        return render(request, "review/quality.html", {"active": "review"})
    shares = {"precision": f"{found.precision:.1%}", "recall": f"{found.recall:.1%}"}
    return render(request, "review/quality.html", {"active": "review", "found": found, **shares})
