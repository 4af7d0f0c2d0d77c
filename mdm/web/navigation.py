"""The left navigation. An item is named by its URL: a screen that is not installed, or not permitted, is not shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mdm.accounts.permissions import Permissions


@dataclass(frozen=True)
class Item:
    key: str
    label: str | Promise
    url_name: str
    icon: str
    keys: str = ""
    action: str = ""
    section: str = "work"
    url: str = ""


ITEMS = (
    Item("home", _("Home"), "home", "home", "g h"),
    Item("review", _("Review"), "review", "review", "g q"),
    Item("requests", _("Change requests"), "change-requests", "split", "g c"),
    Item("records", _("Records"), "records", "records", "g r"),
    Item("import", _("Import"), "import", "import", "g i"),
    Item("sync", _("Sync"), "sync", "sync", "g s"),
    Item("jobs", _("Jobs"), "jobs", "jobs", "g j"),
    Item("systems", _("Systems"), "systems", "systems", "g y", section="govern"),
    Item("policies", _("Policies"), "policies", "rules", "g p", section="govern"),
    Item("rules", _("Rules"), "rules", "rules", "g l", section="govern"),
    Item("audit", _("Audit"), "audit", "audit", "g a", section="govern"),
    Item("keys", _("API keys"), "keys", "key", "g k", action="operate", section="govern"),
)
SECTIONS = (("work", ""), ("govern", _("Govern")))


def items(permissions: Permissions) -> Iterator[Item]:

    for item in ITEMS:
        if item.action and not permissions.everywhere(item.action):
            continue
        if url := existing(item.url_name):
            yield replace(item, url=url)


def existing(url_name: str, *args: object) -> str:
    """The address of a screen, or nothing where the app that has it is not installed."""
    try:
        return reverse(url_name, args=args)
    except NoReverseMatch:
        return ""


def sections(permissions: Permissions) -> list[tuple[str | Promise, list[Item]]]:
    shown = list(items(permissions))
    return [(label, [i for i in shown if i.section == key]) for key, label in SECTIONS]
