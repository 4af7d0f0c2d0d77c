"""A decision as one sentence, with its way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mdm.matching.queries.decisions import DecisionLine

NAMED_AT_MOST = 4
SENTENCES: Mapping[str, str | Promise] = {
    "MERGE": gettext_lazy("{who} merged {joined} into {survivor}"),
    "NOT_A_MATCH": gettext_lazy("{who} told {all} apart"),
    "RELATED": gettext_lazy("{who} related {all}, not the same"),
    "SPLIT": gettext_lazy("{who} split {subject}: {new} came of it"),
    "UNMERGE": gettext_lazy("{who} took {joined} out of {survivor} again"),
    "RELEASE": gettext_lazy("{who} released {all}"),
    "UNDO": gettext_lazy("{who} undid a decision about {all}"),
}


@dataclass(frozen=True)
class ToldDecision:
    """`undo_url` is empty when it cannot be undone (any more); `why_not` says why."""

    line: DecisionLine
    sentence: str
    undo_url: str

    @property
    def why_not(self) -> str:
        return self.line.why_not_undone

    @property
    def undone(self) -> bool:
        return self.line.undone_by is not None


def told(line: DecisionLine) -> ToldDecision:
    """The sentence, and where it is undone."""
    words = {
        "who": line.actor,
        "all": _named(line, [code for code, role in line.goldens]),
        "joined": _named(line, _of(line, "JOINED")),
        "survivor": _named(line, _of(line, "SURVIVOR")),
        "subject": _named(line, _of(line, "SUBJECT") or _of(line, "SURVIVOR")),
        "new": _named(line, _of(line, "NEW")),
    }
    sentence = str(SENTENCES.get(line.kind, "{who}: {all}")).format(**words)
    undo = "" if line.why_not_undone else reverse("decision-undo", args=[line.id])
    return ToldDecision(line, sentence, undo)


def _of(line: DecisionLine, wanted: str) -> list[str]:
    return [code for code, role in line.goldens if role == wanted]


def _named(line: DecisionLine, codes: Sequence[str]) -> str:
    shown = ", ".join(f"{name} ({code})" if (name := line.names[code]) else code for code in codes[:NAMED_AT_MOST])
    rest = len(codes) - NAMED_AT_MOST
    return shown + (_(" and {n} more").format(n=rest) if rest > 0 else "")
