"""One golden record: values with lineage, sources, crosswalk, history, quality; now or as it was."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of
from mdm.domains.pack import Pack
from mdm.governance.models import Domain
from mdm.governance.queries import active_pack, systems_visible_to
from mdm.kernel.errors import NotFound
from mdm.matching.queries.decisions import how_built, last_decisions
from mdm.records.models.golden import GoldenStatus
from mdm.records.next_versions import LIVING
from mdm.records.queries.agreement import agreeing
from mdm.records.queries.golden import GoldenView, HistoryLine, Link, golden_view, history
from mdm.records.queries.relationships import relationships_of
from mdm.stewardship.operations.release_record import what_keeps_it
from mdm.stewardship.queries.comments import comments_about
from mdm.web import asof, charts
from mdm.web.actor import actor_of
from mdm.web.decision_wording import told
from mdm.web.navigation import existing
from mdm.web.record_page import RecordPage, as_of_url, source_table
from mdm.web.screen import screen
from mdm.web.views.home import DELIVERIES_SEEN
from mdm.web.wording import finding_sentence, version_sentence

IDS_IN_HEAD = 8
MOMENTS = 8
DECISIONS = 20
TABS = ("overview", "sources", "crosswalk", "history", "relations", "deliveries", "quality")


@screen
def golden(request: HttpRequest, code: str, tab: str = "overview") -> HttpResponseBase:
    """The page; `as_of` shows it as it was, read-only and compared with now."""
    if tab not in TABS:
        raise NotFound("A golden record has no such page.", field="tab", value=tab)
    actor, at = actor_of(request), asof.read(request.GET.get("as_of", ""))
    view = golden_view(actor=actor, code=code.upper(), as_of=at)
    page = RecordPage(
        view,
        active_pack(view.domain),
        _colours(request),
        now=golden_view(actor=actor, code=view.code) if at else None,
        agreement=agreeing(actor=actor, view=view),
    )
    lines = history(actor=actor, code=view.code)
    if tab == "deliveries":
        request.session[DELIVERIES_SEEN] = True
    context = {**_frame(page, tab, lines, actor), **PARTS[tab](page, lines, actor)}
    return render(request, f"golden/{tab}.html", context)


@screen
def inspect(request: HttpRequest, code: str) -> HttpResponseBase:
    """The drawer beside a list: the same values, without their runners-up."""
    view = golden_view(actor=actor_of(request), code=code.upper())
    page = RecordPage(view, active_pack(view.domain), _colours(request))
    return render(request, "golden/inspect.html", {"view": view, "page": page, "colours": page.colours})


def _colours(request: HttpRequest) -> dict[str, int]:
    return {system.code: system.colour for system in systems_visible_to(permissions_of(actor_of(request)))}


def _frame(page: RecordPage, tab: str, lines: list[HistoryLine], actor: Actor) -> dict[str, object]:
    view = page.view
    earlier = [line for line in lines if line.number < view.number]
    later = [line for line in lines[::-1] if line.number > view.number]
    query = f"?as_of={view.as_of.isoformat().replace('+00:00', 'Z')}" if view.as_of else ""
    return {
        "active": "records",
        "view": view,
        "page": page,
        "tab": tab,
        "tabs": [(key, text, _tab_url(view.code, key) + query, count) for key, text, count in _tabs(view, lines)],
        "domain": Domain.objects.get(code=view.domain),
        "earlier_url": as_of_url(view.code, earlier[0].recorded_at, _part(tab)) if earlier else "",
        "later_url": as_of_url(view.code, later[0].recorded_at, _part(tab)) if later else "",
        "now_url": _tab_url(view.code, tab),
        "may_propose": view.status in LIVING and permissions_of(actor).may("propose", view.domain),
        "compared": page.compared if view.as_of else None,
        "moments": [
            (line.number, line.recorded_at, as_of_url(view.code, line.recorded_at, _part(tab)))
            for line in lines[:MOMENTS]
        ],
        "current_links": [pair for pair in _coloured(page) if not pair[0].ended_at][:IDS_IN_HEAD],
    }


def _tabs(view: GoldenView, lines: list[HistoryLine]) -> list[tuple[str, str, int | None]]:
    return [
        ("overview", _("Overview"), None),
        ("sources", _("Sources"), len(view.sources)),
        ("crosswalk", _("Crosswalk"), len(view.links)),
        ("history", _("History"), len(lines)),
        ("relations", _("Relations"), None),
        ("deliveries", _("Deliveries"), None),
        ("quality", _("Quality"), len(view.findings)),
    ]


def _part(tab: str) -> str:
    return "" if tab == "overview" else tab


def _tab_url(code: str, tab: str) -> str:
    return reverse("golden", args=[code]) if tab == "overview" else reverse("golden-tab", args=[code, tab])


def _overview(page: RecordPage, lines: list[HistoryLine], actor: Actor) -> dict[str, object]:
    view = page.view
    waits = view.status == GoldenStatus.CANDIDATE and view.as_of is None
    return {
        "where_url": existing("sync-where", view.code),
        "keeps": what_keeps_it(golden_code=view.code, actor=actor) if waits else [],
        "waits": waits,
        "may_release": waits and permissions_of(actor).may("decide", view.domain),
        "decision_id": uuid4(),
        "subject": (subject := f"golden:{view.code}"),
        "comments": comments_about(actor=actor, subject=subject),
    }


def _coloured(page: RecordPage) -> list[tuple[Link, int]]:
    return [(link, page.colours.get(link.system, 0)) for link in page.view.links]


def _sources(page: RecordPage, lines: list[HistoryLine], actor: Actor) -> dict[str, object]:
    columns, rows = source_table(page)
    return {"columns": columns, "rows": rows}


def _crosswalk(page: RecordPage, lines: list[HistoryLine], actor: Actor) -> dict[str, object]:
    return {"links": _coloured(page)}


def _history(page: RecordPage, lines: list[HistoryLine], actor: Actor) -> dict[str, object]:
    view, now = page.view, timezone.now()
    cuts = [line.recorded_at for line in lines]
    return {
        "lanes": charts.swim_lanes(_lanes(page), cuts, now, view.as_of),
        "events": [_event(view.code, line, page.pack, following) for line, following in _paired(lines)],
        "steps": how_built(actor=actor, code=view.code),
        "decisions": [told(line) for line in last_decisions(actor=actor, golden=view.code, limit=DECISIONS)],
        "may_decide": permissions_of(actor).may("decide", view.domain),
    }


def _paired(lines: list[HistoryLine]) -> list[tuple[HistoryLine, HistoryLine | None]]:
    return list(zip(lines, [*lines[1:], None], strict=True))


def _event(code: str, line: HistoryLine, pack: Pack, before: HistoryLine | None) -> dict[str, object]:
    return {
        "moment": line.recorded_at,
        "sentence": version_sentence(line, before, pack),
        "note": line.reason,
        "url": as_of_url(code, line.recorded_at),
    }


def _lanes(page: RecordPage) -> list[charts.Lane]:
    """One lane per identifier; an identifier that came back has several stretches."""
    lanes: dict[str, charts.Lane] = {}
    said: dict[str, list[datetime]] = {}
    for source in page.view.sources:
        said.setdefault(f"{source.system} {source.external_id}", []).append(source.recorded_at)
    for link in page.view.links:
        label = f"{link.system} {link.value}"
        stretch = charts.Stretch(link.opened_at, link.ended_at)
        kept = [*lanes[label].stretches, stretch] if label in lanes else [stretch]
        lanes[label] = charts.Lane(label, page.colours.get(link.system, 0), kept, said.get(label, ()))
    return list(lanes.values())


def _quality(page: RecordPage, lines: list[HistoryLine], actor: Actor) -> dict[str, object]:
    sources = {source.source_record: source for source in page.view.sources}
    return {
        "findings": [
            (finding_sentence(finding, page.pack), sources.get(finding.source_record_id), finding)
            for finding in page.view.findings
        ]
    }


def _relations(page: RecordPage, lines: list[HistoryLine], actor: Actor) -> dict[str, object]:
    return {"relations": relationships_of(actor=actor, code=page.view.code)}


def _deliveries(page: RecordPage, lines: list[HistoryLine], actor: Actor) -> dict[str, object]:
    return {"deliveries_url": existing("sync-golden-deliveries", page.view.code)}


PARTS = {
    "overview": _overview,
    "sources": _sources,
    "crosswalk": _crosswalk,
    "history": _history,
    "relations": _relations,
    "deliveries": _deliveries,
    "quality": _quality,
}
