"""The door."""

from __future__ import annotations

from django import forms
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from mdm.accounts.models import Actor
from mdm.accounts.operations.sign_in import sign_in
from mdm.accounts.operations.sign_out import sign_out
from mdm.kernel.errors import DomainError
from mdm.web.views.account import next_or


class SignInForm(forms.Form):
    """Made for password managers: paste works, and the fields say what they are."""

    email = forms.EmailField(
        label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    password = forms.CharField(
        label=_("Password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


@never_cache
@sensitive_post_parameters("password")
def sign_in_page(request: HttpRequest) -> HttpResponseBase:
    """The form, and the way in; afterwards the person is where they wanted to go."""
    if request.user.is_authenticated:
        return redirect(next_or(request, "home"))
    form, refusal = SignInForm(request.POST or None), None
    if form.is_valid():
        try:
            person = sign_in(**form.cleaned_data, address=request.META.get("REMOTE_ADDR", ""))
        except DomainError as refused:
            refusal = refused
        else:
            login(request, person)
            return redirect(next_or(request, "home"))
    context = {"form": form, "refusal": refusal, "next": request.POST.get("next") or request.GET.get("next", "")}
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(request, "account/sign_in.html", context, status=status)


@require_POST
def sign_out_page(request: HttpRequest) -> HttpResponseBase:
    """The session is over; where there was none, nothing happens."""
    if isinstance(request.user, Actor):
        sign_out(actor=request.user)
    logout(request)
    return redirect("sign-in")
