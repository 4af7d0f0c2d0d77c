"""Telephones, e-mail and web addresses."""

from __future__ import annotations

from typing import Final

import numpy as np
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from mdm.engine.matching.comparators.plain import gather, steps
from mdm.engine.matching.comparators.registry import Compared, LevelSpec, comparator
from mdm.engine.matching.prepared import Compound
from mdm.engine.matching.table import Longs

_FREE_MAIL: Final = {
    *("gmail.com", "googlemail.com", "yahoo.com", "hotmail.com", "outlook.com", "aol.com", "icloud.com", "live.com"),
    *("gmx.de", "gmx.net", "web.de", "t-online.de", "msn.com", "mail.ru", "orange.fr", "free.fr", "libero.it", "wp.pl"),
}


@comparator(
    "phone",
    LevelSpec("differs", "another number", 0.3, 0.998),
    LevelSpec("typo", "one digit apart", 0.08, 0.001),
    LevelSpec("equal", "the same number", 0.62, 0.001),
    identity=True,
)
def phone(values: Compound, left: Longs, right: Longs) -> Compared:
    texts = values.texts
    one, other = gather(texts, left), gather(texts, right)
    apart = cpdist(one, other, scorer=OSA.distance, dtype=np.uint8)
    tail = np.array([a.endswith(b) or b.endswith(a) for a, b in zip(one, other, strict=True)], dtype=bool)
    return Compared(steps(apart <= 1, tail))


@comparator(
    "email",
    LevelSpec("differs", "another address", 0.3, 0.985),
    LevelSpec("host", "the same company's mail", 0.15, 0.01),
    LevelSpec("close", "nearly the same address", 0.15, 0.004),
    LevelSpec("equal", "the same address", 0.4, 0.001),
    identity=True,
)
def email(values: Compound, left: Longs, right: Longs) -> Compared:
    halves = values.feature("halves", lambda each: [text.rpartition("@") for text in each.texts])
    ones = [halves[at] for at in left.tolist()]
    others = [halves[at] for at in right.tolist()]
    host = np.array([a[2] == b[2] and a[2] not in _FREE_MAIL for a, b in zip(ones, others, strict=True)], dtype=bool)
    name = cpdist([a[0] for a in ones], [b[0] for b in others], scorer=JaroWinkler.similarity, dtype=np.float32)
    apart = cpdist(gather(values.texts, left), gather(values.texts, right), scorer=OSA.distance, dtype=np.uint8)
    return Compared(steps(host, (name >= 0.92) | (apart <= 2)))


@comparator(
    "web",
    LevelSpec("differs", "another site", 0.2, 0.99),
    LevelSpec("close", "nearly the same site", 0.1, 0.005),
    LevelSpec("equal", "the same site", 0.7, 0.005),
    identity=True,
)
def web(values: Compound, left: Longs, right: Longs) -> Compared:
    names = values.feature("hosts", lambda each: [text.rpartition(".")[0] or text for text in each.texts])
    alike = cpdist(gather(names, left), gather(names, right), scorer=JaroWinkler.similarity, dtype=np.float32)
    return Compared(steps(alike >= 0.94))
