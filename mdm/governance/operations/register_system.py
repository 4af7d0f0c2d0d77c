from __future__ import annotations

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.events.operations.record import EventDraft, record
from mdm.governance.models import System
from mdm.kernel.constraints import translate
from mdm.kernel.errors import Conflict, Invalid

ADMINISTRATION = "*"


@transaction.atomic
def register_system(*, code: str, label: str, actor: Actor, colour: int = 0, url: str = "", reason: str = "") -> System:
    """An application is known by `code`, which never changes.

    Raises: NotAllowed; Invalid for a code, colour or address of the wrong form; Conflict when the code is taken.
    """
    require(actor, "operate", ADMINISTRATION)
    refusals = {
        "governance_system_pkey": lambda: Conflict(
            f"There is a system {code} already.", field="code", value=code, remedy="Choose another code."
        ),
        "system_code_form": lambda: _wrong("code", code, "Use 1 to 40 capital letters, digits, _ and -."),
        "system_hub_is_named_hub": lambda: _wrong("code", code, "HUB is this hub itself; choose another code."),
        "system_colour_in_palette": lambda: _wrong("colour", str(colour), "Choose a colour of the palette, 0 to 11."),
        "system_url_is_web": lambda: _wrong("url", url, "Write an address that starts with https://."),
    }
    if not label.strip() or len(label) > 120:
        raise _wrong("label", label[:200], "Give the system a name of 120 characters at most.")
    if len(code) > 40 or len(url) > 300:
        raise _wrong("code" if len(code) > 40 else "url", (code if len(code) > 40 else url)[:200], "Make it shorter.")
    with translate(refusals):
        system = System.objects.create(code=code, label=label.strip(), colour=colour, url=url)
    record(EventDraft(type="system.registered", domain="", subject=f"system:{code}", reason=reason), actor=actor)
    return system


def _wrong(field: str, value: str, remedy: str) -> Invalid:
    return Invalid(f"The {field} of the system is not usable.", field=field, value=value, remedy=remedy)
