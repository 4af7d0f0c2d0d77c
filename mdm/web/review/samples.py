"""Made-up tasks in the shapes of the stewardship queries: what the styleguide shows and pure tests look at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from mdm.engine.differences import pieces
from mdm.stewardship.queries.shapes import (
    AttributeRow,
    Bar,
    Cell,
    CommentView,
    Consequences,
    Identifier,
    Lease,
    Member,
    Moving,
    PairView,
    Result,
    Rival,
    Segment,
    TaskItem,
)

OPS = {"=": "same", "+": "added", "-": "removed"}
BARS = [
    Bar("prior", "Before any comparison", "prior", -6.0, "Two records picked at random are hardly ever one party."),
    Bar("tax_id", "Tax ID", "same", 9.13, "Same tax ID: about 560 times likelier among records of one party."),
    Bar("name", "Legal name", "near", 3.37, "Names differ by umlauts only: about 10 times likelier."),
    Bar("name.frequency", "Rare name", "rare", 0.64, "Few companies are called so: about 1.6 times likelier."),
    Bar("street", "Street", "near", 1.86, "Street is abbreviated: about 4 times likelier."),
    Bar("iban", "Bank account", "different", -2.24, "Different bank account: about 5 times less likely."),
]
SCORE = sum(bar.bits for bar in BARS)
CHANGE = "If Street were the same, the pair would count as certain (10.4 bits)."
NAMES = ("Müller & Söhne GmbH", "Mueller und Soehne GmbH", "MUELLER + SOEHNE GMBH", "Müller und Söhne")
IDS = (("SAP", "0000100482"), ("CRM", "0017x000019aBcDAAU"), ("SHOP", "7781"), ("SAP", "0000100911"))


def task(members: int = 2, *, now: datetime | None = None) -> TaskItem:
    """A threshold task of two to four spellings of one company."""
    moment = now or timezone.now()
    shown = [_member(place, moment) for place in range(members)]
    return TaskItem(
        id=12,
        domain="party",
        reason="THRESHOLD",
        status="OPEN",
        version=3,
        score=SCORE,
        review_at=6.0,
        auto_at=9.0,
        members=shown,
        rows=_rows(members),
        pairs=[_pair(shown[0].key, shown[1].key)],
        best=0,
        matrix=_matrix(members),
        why="Tax ID equal, street differs",
        why_not_automatic=["2.2 bits short of 9.0.", "A different bank account always asks a person."],
        consequences=_consequences(shown, moment),
        conflicts=["bank_accounts.iban"],
        groups=[[one.key for one in shown[:-1]], [shown[-1].key]] if members > 2 else [],
        evidence_hash="5f2a",
        versions={one.code: one.version for one in shown},
        value_at_stake=Decimal("84000"),
        opened_at=moment - timedelta(days=3),
        assignee="",
        assigned_to_me=False,
        snoozed_until=None,
        escalated_at=None,
        question=None,
        lease=Lease("Jonas Peters", False, moment + timedelta(minutes=4)),
        comments=[CommentView("Jonas Peters", "The shop account was opened by their buyer.", moment)],
        finding=None,
        decision=None,
        may_decide=True,
    )


def _member(place: int, now: datetime) -> Member:
    return Member(
        key=f"BP-00421{place}",
        kind="golden",
        code=f"BP-00421{place}",
        status="ACTIVE" if place == 0 else "CANDIDATE",
        version=4 - place,
        name=NAMES[place],
        systems=[IDS[place][0]],
        identifiers=[_identifier(place, now)],
        records=1,
        since=now - timedelta(days=300 - 40 * place),
        changed_at=now - timedelta(days=place + 1),
        value_at_stake=Decimal("84000") if place == 0 else Decimal(0),
        record_class="real",
        business_status="active",
        survives=place == 0,
    )


def _identifier(place: int, now: datetime) -> Identifier:
    system, value = IDS[place]
    return Identifier(place, system, "customer", "", value, "", now - timedelta(days=300))


STREETS: list[str | None] = ["Industriestr. 12", "Industriestraße 12a", "Industriestr 12", None]
ATTRIBUTES: list[tuple[str, str, list[str | None], float | None, str]] = [
    ("identifiers[de_ust].value", "Tax ID", ["DE129273398", "DE129273398", "DE129273398", None], 9.13, "same"),
    ("name", "Legal name", list(NAMES), 3.37, "near"),
    ("bank_accounts[1].iban", "Bank account", ["DE89370400440532", "DE02500105170137", None, None], -2.24, "different"),
    ("addresses[main].street", "Street", STREETS, 1.86, "near"),
    ("phones[main].number", "Phone", ["+49 711 3800", None, "+49 711 3801", None], 0.0, "missing"),
    ("addresses[main].city", "City", ["Stuttgart"] * 4, None, ""),
    ("addresses[main].country", "Country", ["Germany"] * 4, None, ""),
]  # fmt: skip


def _rows(members: int) -> list[AttributeRow]:
    return [_row(path, label, said[:members], bits, level) for path, label, said, bits, level in ATTRIBUTES]


def _row(path: str, label: str, said: Sequence[str | None], bits: float | None, level: str) -> AttributeRow:
    masked = label == "Bank account"
    cells = [_cell(place, value, said[0] or "", masked) for place, value in enumerate(said)]
    others = [(place, value) for place, value in enumerate(said) if place and value and value != said[0]]
    rivals = [Rival(f"{IDS[place][0]} {IDS[place][1]}", value, masked, place + 1) for place, value in others]
    result = Result(
        cells[0].value, cells[0].text, masked, cells[0].key, "SAP 0000100482", "source order", 1, False, rivals
    )
    sentence = next((bar.sentence for bar in BARS if bar.label == label), "")
    privacy = "secret" if masked else "internal"
    return AttributeRow(path, label, "", privacy, result, cells, bits, level, sentence, not others)


def _cell(place: int, value: str | None, anchor: str, masked: bool) -> Cell:
    if value is None:
        return Cell(f"BP-00421{place}", None, "", False, None)
    found = pieces(anchor, value) if place and value != anchor else []
    segments = [Segment(OPS[sign], "•" * len(text) if masked else text) for sign, text in found]
    apart = bool(segments) and not any(segment.op == "same" for segment in segments)
    shown = "•" * len(value) if masked else value
    return Cell(f"BP-00421{place}", shown, shown, masked, place + 1, [] if apart else segments, apart)


def _pair(left: str, right: str) -> PairView:
    return PairView(left, right, 1, 2, "SAP 100482", "CRM 0017x", SCORE, BARS, "5f2a", "", CHANGE)


def _matrix(members: int) -> list[list[float | None]]:
    scores = {(0, 1): SCORE, (0, 2): 8.8, (0, 3): 2.1, (1, 2): 8.1, (1, 3): 1.4, (2, 3): 5.1}
    return [
        [scores.get((min(row, column), max(row, column))) if row != column else None for column in range(members)]
        for row in range(members)
    ]


def _consequences(shown: Sequence[Member], now: datetime) -> Consequences:
    moving = [Moving(one.identifiers[0], one.code, shown[0].code) for one in shown[1:]]
    return Consequences(
        shown[0].code, [one.code for one in shown[1:]], moving, "reviewed", 300, True, [], [], []
    )  # fmt: skip
