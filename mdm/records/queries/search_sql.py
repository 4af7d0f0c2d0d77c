"""The statements of a search. Each is bounded: it reads the best few, never all that a common word matches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, LiteralString

# The golden record an identifier leads to: by its last entry, which is the one in force if any is. Why ANY: see the
# crosswalk's statements.
_ENTRY: Final = """
CROSS JOIN LATERAL (
    SELECT c.golden_id FROM records_crosswalkentry c
    WHERE c.external_id_id = ANY (ARRAY[x.id]) ORDER BY c.opened_at DESC LIMIT 1) e
"""

BY_CODE: Final[LiteralString] = """
SELECT id, code FROM records_goldenrecord WHERE code = %(code)s
UNION ALL
SELECT id, code FROM records_goldenrecord WHERE uuid = %(uuid)s::uuid
"""

BY_IDENTIFIER: Final[LiteralString] = (
    """
SELECT e.golden_id, t.domain_id, t.system_id, t.name, x.scope, x.value
FROM unnest(%(canonicalisers)s::text[], %(values)s::text[]) AS a(canonicaliser, value)
JOIN governance_idtype t ON t.canonicaliser = a.canonicaliser
JOIN records_externalid x ON x.value = a.value AND x.id_type_id = t.id
"""
    + _ENTRY
    + "LIMIT 200"
)

BY_KEY: Final[LiteralString] = (
    """
SELECT e.golden_id, k.kind, k.value
FROM unnest(%(kinds)s::text[], %(values)s::text[]) AS a(kind, value)
JOIN records_recordkey k ON k.kind = a.kind AND k.value = a.value
JOIN records_sourcerecord s ON s.id = k.source_record_id
    AND (%(domains)s::text[] IS NULL OR s.domain_id = ANY (%(domains)s::text[]))
JOIN records_externalid x ON x.id = s.external_id_id
"""
    + _ENTRY
    + "LIMIT 200"
)

# Names are compared with literals, not parameters: the planner must see how common the words are. Of many that fit,
# the shortest are read, since they hold the least that was not asked for.
_NAMED: Final = """
SELECT e.golden_id, n.value FROM (
    SELECT * FROM (
        SELECT k.value, s.external_id_id
        FROM records_recordkey k JOIN records_sourcerecord s ON s.id = k.source_record_id
            AND (%(domains)s::text[] IS NULL OR s.domain_id = ANY (%(domains)s::text[]))
        WHERE k.kind = 'name' AND {condition} LIMIT 2000) fitting
    ORDER BY length(value), value LIMIT 300) n
JOIN records_externalid x ON x.id = n.external_id_id
"""
EXACT_NAME: Final = _NAMED.format(condition="k.value = ANY (%(spellings)s::text[])") + _ENTRY
SIMILAR_NAME: Final = _NAMED.format(condition="%(spelling)s <%% k.value") + _ENTRY


def name_with_words(words: Sequence[str]) -> tuple[str, dict[str, str]]:
    """Return the statement, and its patterns, for names in which every one of `words` (folded, so plain) occurs.

    A word of one or two letters has no trigram of its own, so it must start a word of the name.
    """
    conditions: list[str] = []
    patterns: dict[str, str] = {}
    for number, word in enumerate(words):
        if len(word) > 2:
            conditions.append(f"k.value LIKE %(word{number})s")
            patterns[f"word{number}"] = f"%{word}%"
        else:
            conditions.append(f"(k.value LIKE %(start{number})s OR k.value LIKE %(word{number})s)")
            patterns |= {f"start{number}": f"{word}%", f"word{number}": f"% {word}%"}
    return _NAMED.format(condition=" AND ".join(conditions)) + _ENTRY, patterns


GOLDENS: Final[LiteralString] = """
SELECT g.id, g.code, g.uuid, g.domain_id, v.status, v.values
FROM records_goldenrecord g
JOIN records_goldenversion v ON v.golden_id = g.id AND v.number = g.version_number
WHERE g.id = ANY (%(goldens)s::bigint[])
"""
