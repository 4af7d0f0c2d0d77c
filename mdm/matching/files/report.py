"""The report of a matched file: one page that a business reader understands, with the model's evidence below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

import numpy as np

from mdm.engine.matching import Table
from mdm.engine.matching.explain import Bar, bars_of, why, why_not_automatic
from mdm.engine.matching.nearest import what_would_change_it
from mdm.engine.matching.resolve import Resolution
from mdm.matching.files.figures import Figures

_STYLE: Final = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c2430;background:#fff}
table{border-collapse:collapse;margin:.5rem 0 1.5rem}td,th{padding:.25rem .75rem;text-align:left;border-bottom:1px solid
#d8dde4;vertical-align:top}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}.warn{border-left:.3rem solid
#b45309;padding:.5rem 1rem;background:#fff7ed}.bar{display:inline-block;height:.8rem;background:#1d6fb8}.bar.minus
{background:#b3382c}figure{margin:0 0 1.5rem}figcaption{color:#4a5565}.big{font-size:1.6rem;font-weight:600}
"""
_SAMPLES: Final = 6
_BINS: Final = tuple(range(-20, 31, 2))


def report(table: Table, found: Resolution, figures: Figures, *, title: str, notes: Sequence[str]) -> Iterator[str]:
    """The page, piece by piece."""
    yield f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
    yield f"<style>{_STYLE}</style></head><body><main><h1>{escape(title)}</h1>"
    yield from _assessment(table, figures)
    yield from _warnings(found, figures, notes)
    yield from _columns(found)
    yield from _thresholds(found, figures)
    yield from _histogram(found)
    yield from _samples(table, found)
    yield from _model(found)
    yield "</main></body></html>\n"


def _assessment(table: Table, figures: Figures) -> Iterator[str]:
    rate = figures.surplus / max(figures.records, 1)
    yield f'<p class="big">{figures.records:,} records stand for {figures.things:,} things.</p><ul>'
    yield f"<li>{figures.surplus:,} records ({rate:.1%}) repeat another one, in {figures.groups:,} groups; "
    yield f"the largest group has {figures.largest:,} records.</li>"
    if table.sources is not None:
        yield f"<li>Overlap: {figures.shared:,} things are in several of the {len(set(table.sources))} sources.</li>"
    yield f"<li>{figures.certain:,} pairs count as certain. {figures.doubtful:,} pairs are worth a look: "
    yield f"about {figures.hours:,.1f} hours of work.</li></ul>"


def _warnings(found: Resolution, figures: Figures, notes: Sequence[str]) -> Iterator[str]:
    told = [*notes, *filter(None, [found.refused])]
    if not len(found.labels.left):
        told.append("Probabilities are uncalibrated: no pair was judged by a person yet.")
    if figures.oversize:
        told.append(f"{figures.oversize} groups have more than 50 records: look at them before anything is merged.")
    told += [f"Blocks left out as too large, rule {rule}: {count:,}." for rule, count in found.pairs.dropped.items()]
    for text in told:
        yield f'<p class="warn">{escape(text)}</p>'


def _columns(found: Resolution) -> Iterator[str]:
    yield '<h2>Columns</h2><table><tr><th>Column</th><th>Read as</th><th class="n">Filled</th>'
    yield '<th class="n">Distinct</th><th>Check digits</th></tr>'
    for column in found.profile.columns:
        schemes = ", ".join(f"{scheme}: {1 - share:.1%} fail" for scheme, share in column.schemes.items())
        yield f"<tr><td>{escape(column.name)}</td><td>{escape(column.meaning.replace('_', ' '))}</td>"
        yield f'<td class="n">{column.coverage:.0%}</td><td class="n">{column.distinct:.0%}</td>'
        yield f"<td>{escape(schemes)}</td></tr>"
    yield "</table>"


def _thresholds(found: Resolution, figures: Figures) -> Iterator[str]:
    yield "<h2>What to expect at each threshold</h2>"
    yield '<table><tr><th class="n">From bits</th><th class="n">Pairs</th><th class="n">Expected precision</th>'
    yield '<th class="n">Expected recall</th></tr>'
    for each in figures.expected:
        yield f'<tr><td class="n">{each.threshold:+.0f}</td><td class="n">{each.pairs:,}</td>'
        yield f'<td class="n">{each.precision:.3f}</td><td class="n">{each.recall:.3f}</td></tr>'
    yield f"</table><p>Recall is that of the {len(found.pairs):,} pairs that were compared.</p>"


def _histogram(found: Resolution) -> Iterator[str]:
    counts, _ = np.histogram(np.clip(found.scores.score, _BINS[0], _BINS[-1] - 1), bins=_BINS)
    tallest = max(float(np.log1p(counts.max(initial=1))), 1.0)
    yield "<h2>Scores</h2><figure><figcaption>Pairs by score in bits; widths are logarithmic.</figcaption><table>"
    for low, count in zip(_BINS, counts.tolist(), strict=False):
        width = 30 * np.log1p(count) / tallest
        yield f'<tr><td class="n">{low:+d}</td><td><span class="bar" style="width:{width:.2f}rem"></span>'
        yield f" {count:,}</td></tr>"
    yield "</table></figure>"


def _samples(table: Table, found: Resolution) -> Iterator[str]:
    order = np.argsort(np.abs(found.scores.score), kind="stable")[: _SAMPLES // 2].tolist()
    best = np.argsort(-found.scores.score, kind="stable")[: _SAMPLES // 2].tolist()
    yield "<h2>Pairs and their evidence</h2>"
    for at in dict.fromkeys([*best, *order]):
        bars = bars_of(found.model, found.scores, at)
        yield f"<h3>{escape(why(found.model, bars))} {found.scores.score[at]:+.1f} bits</h3>"
        yield from _side_by_side(table, int(found.pairs.left[at]), int(found.pairs.right[at]))
        total = float(found.scores.score[at])
        yield from _waterfall(bars, found.scores.prior, total)
        told = (why_not_automatic(found.model, bars, total), what_would_change_it(found.model, found.scores, at))
        yield f"<p>{escape(' '.join(filter(None, told)))}</p>"


def _side_by_side(table: Table, left: int, right: int) -> Iterator[str]:
    yield "<table>"
    for name, cells in table.columns.items():
        one, other = (str(cells[row] or "")[:120] for row in (left, right))
        if one or other:
            yield f"<tr><th>{escape(name)}</th><td>{escape(one)}</td><td>{escape(other)}</td></tr>"
    yield "</table>"


def _waterfall(bars: Sequence[Bar], prior: float, total: float) -> Iterator[str]:
    yield f'<table><tr><td>Before anything is compared</td><td class="n">{prior:+.1f}</td><td></td></tr>'
    for bar in bars:
        if bar.bits:
            side = "" if bar.bits > 0 else " minus"
            yield f'<tr><td>{escape(bar.sentence)}</td><td class="n">{bar.bits:+.1f}</td>'
            yield f'<td><span class="bar{side}" style="width:{min(abs(bar.bits), 20) / 2:.2f}rem"></span></td></tr>'
    yield f'<tr><th>Score</th><th class="n">{total:+.1f}</th><td></td></tr></table>'


def _model(found: Resolution) -> Iterator[str]:
    yield '<h2>Model</h2><table><tr><th>Comparison</th><th>Finding</th><th class="n">Bits</th></tr>'
    for comparison in found.model.comparisons:
        for level in reversed(comparison.levels):
            yield f"<tr><td>{escape(comparison.label)}</td><td>{escape(level.label)}</td>"
            yield f'<td class="n">{level.bits:+.1f}</td></tr>'
    yield "</table>"
