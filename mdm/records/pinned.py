"""Pins, read through successors: a pin stays on the golden record it was made for, and counts where that one leads."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db import connection

from mdm.engine.survivorship import Claim

HUB = "HUB"
Redirect = tuple[int, int]
"""A golden record and the one it redirects to."""

# A split record leads to several and its pins count in none of them.
_UPSTREAM = """
WITH RECURSIVE upstream(golden, successor) AS (
    SELECT s.golden_id, s.successor_id FROM records_goldensuccessor s
    WHERE s.successor_id = ANY(%s::bigint[]) AND s.ended_at IS NULL
    UNION
    SELECT s.golden_id, s.successor_id FROM upstream u
    JOIN records_goldensuccessor s ON s.successor_id = u.golden AND s.ended_at IS NULL
)
SELECT u.golden, u.successor FROM upstream u
WHERE (SELECT count(*) FROM records_goldensuccessor o WHERE o.golden_id = u.golden AND o.ended_at IS NULL) = 1
"""
_PINS = """
SELECT golden_id, id, path, value, created_at FROM records_pin
WHERE golden_id = ANY(%s::bigint[]) AND ended_at IS NULL AND (expires_at IS NULL OR expires_at > %s) ORDER BY id
"""


def redirects_to(goldens: Iterable[int]) -> list[Redirect]:
    """Return every redirect that ends at one of `goldens`, step by step."""
    with connection.cursor() as cursor:
        cursor.execute(_UPSTREAM, [list(goldens)])
        return [(golden, successor) for golden, successor in cursor.fetchall()]


def stood_for(goldens: Iterable[int], redirects: Iterable[Redirect]) -> dict[int, set[int]]:
    """Return, per golden record, itself and all that redirect to it."""
    leads: dict[int, list[int]] = defaultdict(list)
    for golden, successor in redirects:
        leads[successor].append(golden)
    found = {}
    for golden in goldens:
        family, todo = {golden}, [golden]
        while todo:
            fresh = [one for one in leads[todo.pop()] if one not in family]
            family.update(fresh)
            todo += fresh
        found[golden] = family
    return found


def open_pins(goldens: Collection[int], at: datetime) -> dict[int, list[Claim]]:
    """Return, per golden record they were made for, the pins that hold at `at`."""
    pins: dict[int, list[Claim]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_PINS, [list(goldens), at])
        for golden, pin, path, value, created_at in cursor.fetchall():
            said = {path: None if value is None else json.loads(value)}
            pins[golden].append(Claim(source=pin, system=HUB, values=said, observed_at=created_at))
    return pins


def gathered(families: Mapping[int, Collection[int]], pins: Mapping[int, list[Claim]]) -> dict[int, list[Claim]]:
    """Return, per golden record, the pins of its family; one without any is left out."""
    found = {
        golden: [pin for one in sorted(family) for pin in pins.get(one, ())] for golden, family in families.items()
    }
    return {golden: claims for golden, claims in found.items() if claims}


def pinned_values(goldens: Iterable[int], at: datetime) -> dict[int, list[Claim]]:
    """Return, per golden record, the pins that count in it at `at`: its own, and those of records that lead to it."""
    subjects = list(goldens)
    families = stood_for(subjects, redirects_to(subjects))
    return gathered(families, open_pins({one for family in families.values() for one in family}, at))
