"""What a list says when it has nothing: what it is, why it is empty, and one thing to do."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Empty:
    title: str | Promise = _("Nothing here yet")
    text: str | Promise = ""
    action: str | Promise = ""
    url: str = ""
    icon: str = "records"
