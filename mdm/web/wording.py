"""Sentences about what happened and what is wrong, in a person's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mdm.domains.pack import Pack
from mdm.engine.paths import attribute_of
from mdm.records.models import Finding
from mdm.records.queries.golden import HistoryLine
from mdm.web.statuses import of

NAMED_AT_MOST = 4
FINDING_CODES: Mapping[str, str | Promise] = {
    "missing": gettext_lazy("is required and missing"),
    "check_digit": gettext_lazy("fails its check digit"),
    "tax_id_differs": gettext_lazy("differs from the version before: another party may use this identifier now"),
    "no_common_name_token": gettext_lazy("shares no word with the version before"),
}


def version_sentence(line: HistoryLine, before: HistoryLine | None, pack: Pack) -> str:
    """What one version of a golden record brought."""
    if before is None and not line.added:
        return _("{who} opened the record for its identifiers").format(who=line.actor)
    if before is None:
        return _("{who} opened the record with {n}").format(
            who=line.actor, n=ngettext("%d value", "%d values", len(line.added)) % len(line.added)
        )
    parts = [
        *_links(line, before),
        *_values(_("added"), line.added, pack),
        *_values(_("changed"), line.changed, pack),
        *_values(_("removed"), line.removed, pack),
    ]
    if line.status != before.status:
        parts.append(_("status is now {status}").format(status=of(line.status).word))
    return f"{line.actor}: {'; '.join(parts) or _('no value changed')}"


def _links(line: HistoryLine, before: HistoryLine) -> list[str]:
    joined = len(set(line.sources) - set(before.sources))
    left = len(set(before.sources) - set(line.sources))
    said = []
    if joined:
        said.append(ngettext("%d source joined", "%d sources joined", joined) % joined)
    if left:
        said.append(ngettext("%d source left", "%d sources left", left) % left)
    return said


def _values(verb: str, paths: Sequence[str], pack: Pack) -> list[str]:
    if not paths:
        return []
    names = list(dict.fromkeys(_label(pack, path) for path in paths))
    shown = ", ".join(names[:NAMED_AT_MOST])
    rest = len(names) - NAMED_AT_MOST
    return [f"{verb} {shown}" + (_(" and {n} more").format(n=rest) if rest > 0 else "")]


def finding_sentence(finding: Finding, pack: Pack) -> str:
    """What is wrong with one value, without the value."""
    what = FINDING_CODES.get(finding.code, finding.code.replace("_", " "))
    return f"{_label(pack, finding.path)} {what}" if finding.path else str(what)


def _label(pack: Pack, path: str) -> str:
    known = attribute_of(path) in pack.attributes
    return pack.label_of(path) if known else path
