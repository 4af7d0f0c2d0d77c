"""Every component in every state, for whoever builds a screen; both themes by the switch in the shell."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from mdm.kernel.errors import Conflict
from mdm.web import charts, lists, statuses
from mdm.web.empty import Empty
from mdm.web.screen import screen
from mdm.web.views.styleguide_desk import desk_samples

COLOURS = ("bg", "surface", "sunken", "text", "muted", "border", "edge", "accent", "ok", "warn", "bad", "info", "gold")
SAMPLE = [
    {"code": f"BP-{number:06}", "name": name, "status": status, "system": system, "score": score}
    for number, (name, status, system, score) in enumerate(
        [
            ("Müller & Söhne GmbH", "ACTIVE", "SAP", 8.4),
            ("Acme Industries, Inc.", "CANDIDATE", "CRM", 7.9),
            ("Nord Stahl AG", "REDIRECTED", "SHOP", -2.2),
            ("株式会社山田製作所", "RETIRED", "SAP", 0.0),
            ("Ελληνικά Χαλυβουργεία Α.Ε.", "SPLIT", "CRM", 3.1),
        ],
        start=100,
    )
]


class SampleForm(forms.Form):
    name = forms.CharField(label="Legal name", help_text="As registered, with the legal form.")
    tax_id = forms.CharField(label="Tax ID", required=False)
    country = forms.ChoiceField(label="Country", choices=[("DE", "Germany"), ("FR", "France")])
    note = forms.CharField(label="Reason", widget=forms.Textarea(attrs={"rows": 2}), required=False)

    def clean_tax_id(self) -> str:
        raise forms.ValidationError("DE129273399 fails its check digit. Compare it with the certificate.")


COLUMNS = (
    lists.Column("code", "Code", lambda r: r["code"], "id", href=lambda r: f"?open={r['code']}", sort="code"),
    lists.Column("name", "Name", lambda r: r["name"], note=lambda r: "Stuttgart, DE"),
    lists.Column("status", "Status", lambda r: r["status"], "status"),
    lists.Column("system", "System", lambda r: r["system"], "system"),
    lists.Column("score", "Score", lambda r: r["score"], "number", sort="score"),
    lists.Column("seen", "Seen", lambda r: timezone.now() - timedelta(hours=abs(r["score"]) * 9), "time"),
)


def _spec(name: str, rows: list[dict[str, object]]) -> lists.ListSpec:
    return lists.ListSpec(
        name=name,
        caption=f"{name.capitalize()} records",
        columns=COLUMNS,
        fetch=lambda asked: lists.Slice(rows, next="x" if rows else "", total=len(rows)),
        row_id=lambda r: r["code"],
        palette={"SAP": 1, "CRM": 2, "SHOP": 3},
        sort="code",
        filters=(
            lists.Filter("status", "Status", choices=[("ACTIVE", "Active"), ("RETIRED", "Retired")]),
            lists.Filter("text", "Name contains", "text"),
            lists.Filter("since", "Since", "day"),
        ),
        bulk=(lists.BulkAction("Assign records", "#", "person"),),
        empty=Empty("No records yet", "Records appear here when a file was imported.", "Import a file", "#", "import"),
    )


@screen
def styleguide(request: HttpRequest) -> HttpResponseBase:
    """The page itself; it reads nothing."""
    form = SampleForm({"name": "Müller & Söhne GmbH", "tax_id": "DE129273399", "country": "DE"})
    return render(request, "styleguide/page.html", _context(request, form))


def _context(request: HttpRequest, form: SampleForm) -> dict[str, object]:
    now = timezone.now()
    rows: list[dict[str, object]] = [dict(row) for row in SAMPLE]
    return {
        "active": "styleguide",
        "colours": COLOURS,
        "list": _bound(request, _spec("sample", rows)),
        "empty_list": _bound(request, _spec("empty", [])),
        "form": form,
        "statuses": list(statuses.STATUSES),
        "tones": ("info", "ok", "warn", "bad", "gold"),
        "refusal": Conflict("The record moved while you looked.", remedy="Load it again and repeat your choice."),
        "origin": {
            "system": "SAP",
            "colour": 1,
            "id": "100482",
            "since": now - timedelta(days=3),
            "rule": "source order",
        },
        "pinned": {"pinned": True, "since": now - timedelta(hours=2), "reason": "per contract"},
        "events": [
            {
                "moment": now,
                "sentence": "A. Keller joined CRM 0017x into BP-004211",
                "note": "3 values changed",
                "url": "#",
            },
            {"moment": now - timedelta(days=9), "sentence": "Import loaded SAP 100482", "url": "#"},
        ],
        "lanes": charts.swim_lanes(_lanes(), [now - timedelta(days=d) for d in (40, 22, 3)], now),
        "weights": (9.1, 3.4, 0.0, -2.2, -9.8),
        "data": {"code": "BP-004211", "version": 17, "released": False, "names": ["Müller & Söhne", None]},
        "tabs": [("one", "Overview", "#", None), ("two", "Sources", "#", 3), ("three", "Crosswalk", "#", 5)],
        "steps": ["Upload", "Map", "Check", "Consequences", "Run"],
        "options": [("all", "All", ""), ("mine", "Mine", ""), ("failed", "Failed", "error")],
        "choices": [("DE", "Germany"), ("FR", "France"), ("JP", "Japan")],
        **desk_samples(),
    }


def _lanes() -> list[charts.Lane]:
    now = timezone.now()

    return [
        charts.Lane("SAP 100482", 1, [charts.Stretch(now - timedelta(days=40), None)], [now - timedelta(days=22)]),
        charts.Lane("CRM 0017x000019aBcD", 2, [charts.Stretch(now - timedelta(days=22), now - timedelta(days=5))]),
        charts.Lane("SHOP 55007", 3, [charts.Stretch(now - timedelta(days=3), None)]),
    ]


def _bound(request: HttpRequest, spec: lists.ListSpec) -> lists.BoundList:
    asked = lists.ask(spec, request.GET)
    return lists.bind(spec, request, spec.fetch(asked), asked)
