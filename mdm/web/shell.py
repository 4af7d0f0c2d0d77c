"""What every page's frame needs; each part is read only when the template asks for it."""

from __future__ import annotations

from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mdm.accounts import queries as accounts
from mdm.web import navigation, preferences
from mdm.web.tray import Tray

THEMES: list[tuple[str, str | Promise, str]] = [
    ("system", _("System"), "screen"),
    ("light", _("Light"), "sun"),
    ("dark", _("Dark"), "moon"),
]


class Shell:
    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def preferences(self) -> preferences.Preferences:
        return preferences.read(self.request)

    @cached_property
    def sections(self) -> list[tuple[str | Promise, list[navigation.Item]]]:
        if not self.request.user.is_authenticated:
            return []
        return navigation.sections(accounts.permissions_of(self.request.user))

    @property
    def themes(self) -> list[tuple[str, str | Promise, str]]:
        return THEMES

    @cached_property
    def tray(self) -> Tray:
        return Tray.of(self.request)

    @property
    def environment(self) -> str:
        return str(getattr(settings, "TOUCHSTONE_ENVIRONMENT", ""))

    @property
    def time_zone(self) -> str:
        return timezone.get_current_timezone_name()

    @property
    def request_id(self) -> str:
        return str(getattr(self.request, "request_id", ""))


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Context processor."""
    return {"shell": Shell(request)}
