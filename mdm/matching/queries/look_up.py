"""Search before create: which golden records may be the record that somebody is about to make, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
from django.db import connection

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.domains.pack import Pack
from mdm.engine.checked import Checked
from mdm.engine.matching import Bar, MatchModel, Table, candidates, columns_of, score
from mdm.engine.matching.explain import bars_of, why
from mdm.engine.paths import PathError, flatten
from mdm.governance.queries import active_pack
from mdm.kernel.errors import Invalid
from mdm.matching.corpus import Corpus
from mdm.matching.queries.due import matching_of
from mdm.matching.warm import warm_corpus
from mdm.records.queries.search import search

MOST_CANDIDATES: Final = 50
MOST_VALUES: Final = 200
BELOW: Final = 8.0
"""Bits below the review threshold: a record of which little is known yet must be found too."""
_RECORDS_PER_GOLDEN: Final = 4
_MOST_TEXTS: Final = 6


@dataclass(frozen=True, slots=True)
class Likeness:
    """A golden record that may be the one. `score` is in bits, the sum of `prior` and the bars; of one found by search
    there is none. `standing`: `certain`, `likely` (a steward would be asked), or `possible`.
    """

    code: str
    uuid: str
    status: str
    standing: str
    why: str
    score: float | None = None
    prior: float = 0.0
    bars: Sequence[Bar] = ()


@dataclass(frozen=True, slots=True)
class LookedUp:
    """`by` is `index`, or `search` while there is no index: by identifiers and names alone. `as_of` is when what was
    looked through was read; None for the database itself.
    """

    domain: str
    by: str
    as_of: datetime | None
    candidates: list[Likeness]


_GOLDENS = """
SELECT s.id, g.code, g.uuid::text, g.status FROM records_sourcerecord s
JOIN records_crosswalkentry c ON c.external_id_id = s.external_id_id AND c.ended_at IS NULL
JOIN records_goldenrecord g ON g.id = c.golden_id
WHERE s.id = ANY(%s::bigint[]) AND NOT s.deleted
"""


def look_up_record(*, actor: Actor, domain: str, values: Mapping[str, Any], limit: int = 10) -> LookedUp:
    """Return the golden records of the domain that a record with these `values` (by path, or nested) may be, the
    likeliest first; reads only.

    Raises: NotAllowed without `view` in the domain; Invalid for no value, too many, or one its attribute does not take.
    """
    require(actor, "view", domain)
    most = min(limit, MOST_CANDIDATES)
    checked = _checked(values, active_pack(domain))
    matching = matching_of(domain)
    if matching is not None:
        with warm_corpus(domain, matching) as corpus:
            if corpus is not None:
                found = _by_index(corpus, columns_of(checked.merged, matching.model), most)
                return LookedUp(domain, "index", corpus.read_at, found)
    return LookedUp(domain, "search", None, _by_search(actor, domain, checked, most))


def _checked(values: Mapping[str, Any], pack: Pack) -> Checked:
    try:
        flat = {path: value for path, value in flatten(values, pack.groups).items() if value not in (None, "")}
    except PathError as error:
        raise Invalid(
            str(error), field="values", remedy='Send {"name": "Nord Stahl AG", "addresses[main].city": "Kiel"}.'
        ) from error
    if not 1 <= len(flat) <= MOST_VALUES:
        raise Invalid(
            f"There are {len(flat)} values to look for.", field="values", remedy=f"Send 1 to {MOST_VALUES} values."
        )
    checked = pack.check(flat)
    for issue in checked.issues:
        if issue.severity == "reject":
            raise Invalid(issue.message, field=issue.path, value=issue.value, remedy=issue.remedy)
    return checked


def _by_index(corpus: Corpus, cells: Mapping[str, Any], most: int) -> list[Likeness]:
    model = corpus.model
    one = Table([""], {name: [cell] for name, cell in cells.items()})
    pairs = candidates(one, model, against=corpus.index)
    if not len(pairs):
        return []
    scores = score(one, pairs, model)
    best = np.argsort(-scores.score, kind="stable")[: most * _RECORDS_PER_GOLDEN].tolist()
    best = [at for at in best if scores.score[at] >= model.thresholds.review - BELOW]
    goldens = _goldens([int(corpus.index.ids[pairs.right[at]]) for at in best])
    found: dict[str, Likeness] = {}
    for at in best:
        golden = goldens.get(int(corpus.index.ids[pairs.right[at]]))
        if golden is not None and golden[0] not in found:
            bars, total = bars_of(model, scores, at), float(scores.score[at])
            found[golden[0]] = Likeness(*golden, _standing(model, total), why(model, bars), total, scores.prior, bars)
    return list(found.values())[:most]


def _standing(model: MatchModel, total: float) -> str:
    if total >= model.thresholds.auto:
        return "certain"
    return "likely" if total >= model.thresholds.review else "possible"


def _goldens(records: Sequence[int]) -> dict[int, tuple[str, str, str]]:
    """Code, UUID and status of the golden record that each of the records is linked to now."""
    with connection.cursor() as cursor:
        cursor.execute(_GOLDENS, [list(records)])
        return {record: (code, uuid, status) for record, code, uuid, status in cursor.fetchall()}


def _by_search(actor: Actor, domain: str, checked: Checked, most: int) -> list[Likeness]:
    """By identifiers first, then by names, as the search box finds them."""
    texts = sorted(dict.fromkeys(checked.keys), key=lambda key: key[0] == "name")[:_MOST_TEXTS]
    found: dict[str, Likeness] = {}
    for _, text in texts:
        for hit in search(actor=actor, text=text, limit=most).hits:
            if hit.domain == domain:
                found.setdefault(hit.code, Likeness(hit.code, hit.uuid, hit.status, "possible", f"{hit.reason}."))
    return list(found.values())[:most]
