"""Releasing one golden record by hand: from then on it may leave the hub."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mdm.kernel.errors import Invalid
from mdm.stewardship.operations.release_record import release_record
from mdm.web.actor import actor_of
from mdm.web.screen import screen


@screen
@require_POST
def release_page(request: HttpRequest, code: str) -> HttpResponseBase:
    """Released; sent twice, it is released once."""
    try:
        decision_id, version = UUID(request.POST["decision_id"]), int(request.POST["version"])
    except (KeyError, ValueError) as fault:
        raise Invalid("This form was damaged on its way.", remedy="Load the page again.") from fault
    release_record(golden_code=code.upper(), version=version, decision_id=decision_id, actor=actor_of(request))
    flash.info(request, _("Released {code}.").format(code=code.upper()))
    return redirect("golden", code=code.upper())
