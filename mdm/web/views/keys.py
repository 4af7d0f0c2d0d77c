"""API keys: the list, a new one whose secret is shown once, and the end of one."""

from __future__ import annotations

from datetime import datetime, time

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from mdm.accounts.api_keys import api_keys
from mdm.accounts.models import ApiKey
from mdm.accounts.operations.create_api_key import create_api_key
from mdm.accounts.operations.revoke_api_key import revoke_api_key
from mdm.kernel.errors import DomainError, NotFound
from mdm.web import lists
from mdm.web.actor import actor_of
from mdm.web.empty import Empty
from mdm.web.paging import keyset
from mdm.web.screen import screen


class KeyForm(forms.Form):
    """What a new key needs."""

    name = forms.CharField(label=_("Service"), max_length=120, help_text=_("Who will use the key: its new account."))
    scopes = forms.CharField(
        label=_("Rights"),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_("One a line: action:domain, or action:domain:system:CODE. For example view:party."),
    )
    expires_on = forms.DateField(
        label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(label=_("Reason"), max_length=500, required=False)

    def expires_at(self) -> datetime | None:
        day = self.cleaned_data["expires_on"]
        return timezone.make_aware(datetime.combine(day, time.max)) if day else None


COLUMNS = (
    lists.Column("name", _("Key"), lambda k: k.name, href=lambda k: reverse("key", args=[k.prefix])),
    lists.Column("prefix", _("Starts with"), lambda k: f"tsk_{k.prefix}", "id"),
    lists.Column("rights", _("Rights"), lambda k: _rights(k)),
    lists.Column("state", _("State"), lambda k: _state(k), "status"),
    lists.Column("created_at", _("Created"), lambda k: k.created_at, "time", sort="created_at"),
    lists.Column("expires_at", _("Expires"), lambda k: k.expires_at, "time"),
    lists.Column("last_used_at", _("Last used"), lambda k: k.last_used_at, "time"),
)


@screen
def keys(request: HttpRequest) -> HttpResponseBase:
    """The list; a key is ended on its own page."""
    return lists.respond(request, _spec(request), "keys/list.html", {"active": "keys"})


@screen
def new_key(request: HttpRequest) -> HttpResponseBase:
    """A form, then the secret: shown once, in the answer to the form and nowhere else."""
    actor, form = actor_of(request), KeyForm(request.POST or None)
    api_keys(actor=actor)
    if form.is_valid():
        try:
            key, secret = create_api_key(
                name=form.cleaned_data["name"],
                actor=actor,
                scopes=form.cleaned_data["scopes"].split(),
                expires_at=form.expires_at(),
                reason=form.cleaned_data["reason"],
            )
        except DomainError as refusal:
            form.add_error("expires_on" if refusal.field == "expires_at" else None, str(refusal))
        else:
            return render(request, "keys/created.html", {"active": "keys", "key": key, "secret": secret})
    return render(request, "keys/new.html", {"active": "keys", "form": form}, status=422 if form.errors else 200)


@screen
@require_POST
def end_key(request: HttpRequest, prefix: str) -> HttpResponseBase:
    """Nobody signs in with the key again."""
    revoke_api_key(prefix=prefix, actor=actor_of(request))
    return redirect("keys")


@screen
def key(request: HttpRequest, prefix: str) -> HttpResponseBase:
    """Its rights, and the button that ends it: in a drawer, or as a page of its own."""
    found = api_keys(actor=actor_of(request)).filter(prefix=prefix).first()
    if found is None:
        raise NotFound("There is no such API key.", field="prefix", value=prefix, remedy="Take one of the list.")
    context = {"active": "keys", "key": found, "rights": _rights(found).split(", "), "state": _state(found)}
    drawer = request.headers.get("HX-Target") == "drawer"
    return render(request, "keys/inspect.html" if drawer else "keys/page.html", context)


def _rights(found: ApiKey) -> str:
    grants = found.actor.grants.all()
    return ", ".join(sorted(f"{g.action}:{g.domain}" + (f":{g.scope}" if g.scope != "*" else "") for g in grants))


def _state(found: ApiKey) -> str:
    if found.revoked_at:
        return "REVOKED"
    return "EXPIRED" if found.expires_at and found.expires_at < timezone.now() else "ACTIVE"


def _spec(request: HttpRequest) -> lists.ListSpec:
    actor = actor_of(request)
    return lists.ListSpec(
        name="api-keys",
        caption=_("API keys"),
        columns=COLUMNS,
        fetch=lambda asked: keyset(api_keys(actor=actor), asked),
        row_id=lambda k: k.prefix,
        drawer=lambda k: reverse("key", args=[k.prefix]),
        sort="-created_at",
        empty=Empty(
            _("No API key yet"),
            _("A service signs in with a key: it is given the rights it needs and no others."),
            _("Create a key"),
            reverse("new-key"),
            "key",
        ),
    )
