"""The door."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

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
def sign_in_page(request: HttpRequest) -> HttpResponseBase:
    """The form; a person who is signed in already goes on to where they wanted."""
    if request.user.is_authenticated:
        return redirect(next_or(request, "home"))
    return render(request, "account/sign_in.html", {"form": SignInForm(), "next": request.GET.get("next", "")})


@require_POST
def sign_out_page(request: HttpRequest) -> HttpResponseBase:
    return redirect("sign-in")
