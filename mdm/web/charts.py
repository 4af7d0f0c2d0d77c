"""Charts as server-side SVG: attributes and classes only, so that the page's style and policy hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from mdm.web.moments import exact, plain, signed


def evidence_bar(weight: float, limit: float = 10.0) -> SafeString:
    """One diverging bar on the common axis, with its number beside it."""
    return format_html(
        '<span class="evidence">{}<span class="num">{}</span></span>', evidence_mark(weight, limit), signed(weight)
    )


def evidence_mark(weight: float, limit: float = 10.0) -> SafeString:
    """The bar alone: right of the axis it speaks for, left of it against."""
    share = max(-1.0, min(1.0, weight / limit))
    width = round(abs(share) * 32, 1)
    start = 32.0 if share >= 0 else round(32 - width, 1)
    return format_html(
        '<svg class="weight" viewBox="0 0 64 8" aria-hidden="true"><rect class="{}" x="{}" y="1" width="{}" height="6">'
        '</rect><line class="axis" x1="32" x2="32" y1="0" y2="8"></line></svg>',
        "plus" if weight >= 0 else "minus", start, width,
    )  # fmt: skip


def score_gauge(score: float, limit: float = 20.0) -> SafeString:
    """A score as people compare it down a list: the number, and a bar that begins at nought."""
    width = round(max(0.0, min(1.0, score / limit)) * 48, 1)
    return format_html(
        '<span class="gauge"><span class="num">{}</span><svg viewBox="0 0 48 8" aria-hidden="true">'
        '<rect class="well" x="0" y="2" width="48" height="4"></rect>'
        '<rect class="level" x="0" y="2" width="{}" height="4"></rect></svg></span>',
        plain(score), width,
    )  # fmt: skip


@dataclass(frozen=True)
class Stretch:
    """A time in which one external id led to this golden record."""

    start: datetime
    end: datetime | None


@dataclass(frozen=True)
class Lane:
    label: str
    colour: int
    stretches: Sequence[Stretch]
    marks: Sequence[datetime] = ()


@dataclass(frozen=True)
class Scale:
    start: datetime
    end: datetime
    left: float = 200.0
    right: float = 940.0

    def x(self, moment: datetime) -> float:
        whole = (self.end - self.start).total_seconds() or 1.0
        share = (moment - self.start).total_seconds() / whole
        return round(self.left + max(0.0, min(1.0, share)) * (self.right - self.left), 1)


ROW = 28
TOP = 32


def swim_lanes(
    lanes: Sequence[Lane], cuts: Sequence[datetime], now: datetime, at: datetime | None = None
) -> SafeString:
    """Each source as a lane that joins and leaves the golden record, whose versions are the last lane."""
    moments_seen = [s.start for lane in lanes for s in lane.stretches] + list(cuts)
    if not moments_seen:
        return SafeString("")
    start = min(moments_seen)
    scale = Scale(start - (now - start) * 0.04 - timedelta(seconds=1), now)
    height = TOP + ROW * (len(lanes) + 1) + 8
    trunk = TOP + ROW * len(lanes) + 14
    placed = [(lane, TOP + ROW * i + 14) for i, lane in enumerate(lanes)]
    body = [_axis(scale, height), *(_meetings(lane, y, trunk, start, scale) for lane, y in placed)]
    body += [*(_lane(lane, y, scale) for lane, y in placed), _trunk(cuts, trunk, scale)]
    if at:
        body.append(format_html('<line class="at" x1="{0}" x2="{0}" y1="20" y2="{1}"></line>', scale.x(at), height))
    return format_html(
        '<svg role="img" viewBox="0 0 960 {}" aria-label="{}">{}</svg>',
        height, _("Time line of the sources of this golden record"), SafeString("".join(body)),
    )  # fmt: skip


def _axis(scale: Scale, height: int) -> str:
    step = (scale.end - scale.start) / 4
    ticks = [scale.start + step * i for i in range(5)]
    anchors = ("start", "middle", "middle", "middle", "end")
    days = step >= timedelta(days=1)
    return format_html_join(
        "",
        '<line class="rule" x1="{0}" x2="{0}" y1="20" y2="{1}"></line>'
        '<text class="tick" x="{0}" y="13" text-anchor="{2}">{3}</text>',
        (
            (scale.x(t), height, a, exact(t.date() if days else t, seconds=step < timedelta(minutes=1)))
            for t, a in zip(ticks, anchors, strict=True)
        ),
    )


def _meetings(lane: Lane, y: int, trunk: int, first: datetime, scale: Scale) -> str:
    """Where a source joins the golden record after its beginning, and where it parts again."""
    joins = [("join", s.start, _("joined")) for s in lane.stretches if s.start > first]
    parts = [("part", s.end, _("parted")) for s in lane.stretches if s.end]
    return format_html_join(
        "",
        '<line class="{}" x1="{}" x2="{}" y1="{}" y2="{}"><title>{}</title></line>',
        (
            (kind, scale.x(at), scale.x(at), y, trunk, f"{lane.label} {word} {exact(at)}")
            for kind, at, word in [*joins, *parts]
        ),
    )


def _lane(lane: Lane, y: int, scale: Scale) -> str:
    lines = format_html_join(
        "",
        '<line class="lane" x1="{}" x2="{}" y1="{}" y2="{}"></line>',
        ((scale.x(s.start), scale.x(s.end or scale.end), y, y) for s in lane.stretches),
    )
    ends = format_html_join(
        "",
        '<path class="lane" d="M{0} {1}v-5v10"></path>',
        ((scale.x(s.end), y) for s in lane.stretches if s.end),
    )
    dots = format_html_join(
        "", '<circle class="mark" cx="{}" cy="{}" r="5"><title>{}</title></circle>',
        ((scale.x(m), y, f"{lane.label}, {exact(m)}") for m in lane.marks),
    )  # fmt: skip
    return format_html(
        '<g class="c{}"><text x="0" y="{}">{}</text>{}{}{}</g>',
        lane.colour,
        y + 4,
        _short(lane.label),
        lines,
        ends,
        dots,
    )


def _trunk(cuts: Sequence[datetime], y: int, scale: Scale) -> str:
    first = min(cuts, default=scale.start)
    dots = format_html_join(
        "",
        '<circle class="cut" cx="{}" cy="{}" r="5"><title>{}</title></circle>',
        ((scale.x(c), y, exact(c)) for c in cuts),
    )
    return format_html(
        '<text x="0" y="{}">{}</text><line class="trunk" x1="{}" x2="{}" y1="{}" y2="{}"></line>{}',
        y + 4, _("Golden record"), scale.x(first), scale.x(scale.end), y, y, dots,
    )  # fmt: skip


def _short(label: str) -> str:
    return label if len(label) <= 26 else f"{label[:14]}…{label[-10:]}"
