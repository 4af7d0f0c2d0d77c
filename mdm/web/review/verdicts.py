"""What a steward can answer, in the order of the decision bar: each a verb with its object, and one key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mdm.web.review.desk import Desk

Text = str | Promise


@dataclass(frozen=True)
class Verdict:
    """`needs` names the field that must be filled first; `quiet` ones stand in the menu on a narrow screen."""

    name: str
    label: Text
    key: str
    primary: bool = False
    needs: str = ""
    quiet: bool = False
    possible: bool = True


def verdicts(desk: Desk) -> Sequence[Verdict]:
    """The verdicts that a task of this kind takes."""
    return [*(_alone(desk) if desk.item.alone else _together(desk)), *_any_time()]


def _together(desk: Desk) -> list[Verdict]:
    many = len(desk.inside)
    label = ngettext("Merge %d record", "Merge %d records", many) % many
    overrules = bool(desk.consequences and desk.consequences.supersedes)
    return [
        Verdict("merge", label, "m", primary=True, needs="reason" if overrules else "", possible=many > 1),
        Verdict("not_a_match", _("Not a match"), "n"),
        Verdict("related", _("Related"), "l", quiet=True, possible=many == 2),
        *([Verdict("split", _("Split in two"), "s", quiet=True, needs="groups")] if desk.several else []),
    ]


def _alone(desk: Desk) -> list[Verdict]:
    if desk.item.reason != "CONFLICT":
        return [
            Verdict("merge", _("Still the same"), "m", primary=True),
            Verdict("split", _("Another one now"), "s"),
        ]
    return [
        Verdict("merge", _("One after all"), "m", primary=True, needs="reason"),
        Verdict("split", _("Split in two"), "s", needs="groups"),
    ]


def _any_time() -> list[Verdict]:
    return [
        Verdict("ask", gettext_lazy("Ask"), "q", needs="question"),
        Verdict("escalate", gettext_lazy("Escalate"), "e", quiet=True),
        Verdict("later", gettext_lazy("Later"), "h", quiet=True),
        Verdict("skip", gettext_lazy("Skip"), "Space", quiet=True),
    ]
