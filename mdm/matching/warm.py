"""The records of a domain at hand in a process that answers people: read beside the requests, followed as they come.

A small domain is read within the request that first asks about it. A large one is read by a thread of its own, and so
is what changed in it; until it is there once, callers are told that it is not. Nothing changes in a domain without an
event, so its newest event tells whether there is anything to read; because a transaction may end later than one whose
event is newer, what was read some time ago is read again in any case.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from django.db import connection, connections

from mdm.kernel.clock import database_now
from mdm.matching.corpus import Corpus, corpus_at_hand, corpus_of
from mdm.matching.queries.due import Matching

AT_ONCE: Final = 5_000
"""Records of a domain that are read while somebody waits."""
_OLDEST: Final = timedelta(seconds=30)
_PATIENCE: Final = 1.0
"""Seconds to wait for another one's look-up, or for what changed to be taken in."""
_reading: set[tuple[str, int]] = set()
_newest: dict[tuple[str, int], int] = {}
_turn = threading.Lock()


@contextmanager
def warm_corpus(domain: str, matching: Matching) -> Iterator[Corpus | None]:
    """Hold the records of the domain, at most some seconds old; None while they are not at hand."""
    corpus = _at_hand(domain, matching)
    if corpus is None or not corpus.turn.acquire(timeout=_PATIENCE):
        yield None
        return
    try:
        yield corpus
    finally:
        corpus.turn.release()


def _at_hand(domain: str, matching: Matching) -> Corpus | None:
    key = (domain, matching.rule_set)
    corpus = corpus_at_hand(*key)
    newest = _newest_event(domain)
    if corpus is not None and _newest.get(key) == newest and _is_young(corpus):
        return corpus
    if _is_small(domain):
        corpus = corpus_of(*key, matching.model)
        _newest[key] = newest
    else:
        _read_beside(domain, matching, newest)
    return corpus


def _is_young(corpus: Corpus) -> bool:
    return corpus.read_at is not None and database_now() - corpus.read_at < _OLDEST


def _newest_event(domain: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM events_auditevent WHERE domain = %s", [domain])
        (newest,) = cursor.fetchone()
    return int(newest)


def _is_small(domain: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT 1 FROM records_sourcerecord WHERE domain_id = %s LIMIT %s) AS counted",
            [domain, AT_ONCE + 1],
        )
        (found,) = cursor.fetchone()
    return int(found) <= AT_ONCE


def _read_beside(domain: str, matching: Matching, newest: int) -> None:
    """Someone in this process reads what changed, now or already."""
    key = (domain, matching.rule_set)
    with _turn:
        if key in _reading:
            return
        _reading.add(key)
    threading.Thread(target=_read, args=(domain, matching, newest), name=f"warm {domain}", daemon=True).start()


def _read(domain: str, matching: Matching, newest: int) -> None:
    key = (domain, matching.rule_set)
    try:
        corpus_of(*key, matching.model)
        _newest[key] = newest
    finally:
        with _turn:
            _reading.discard(key)
        connections.close_all()
