"""What a run over a few records finds is what a full run finds about them, however many shards the full run has."""

from __future__ import annotations

from random import Random

import pytest

from mdm.matching import corpus as module
from mdm.matching.corpus import Corpus, FoundPair
from mdm.matching.queries.due import matching_of
from mdm.records.models import SourceRecord
from mdm.records.observation import Observation
from tests.mdm.records.world import World, build_world
from tests.mdm.stewardship.desk import company, publish_matching

NAMES = ("Müller & Söhne GmbH", "Mueller Soehne", "Nord Stahl AG", "Nordstahl GmbH", "Kelvora Weine", "Kelvora Wein KG")
PLACES = (("Industriestrasse", "12", "70173", "Stuttgart"), ("Elbchaussee", "4", "22765", "Hamburg"))
NUMBERS = ("DE129273398", "DE811128135", None)
PHONES = ("+49 711 3800471", "+49 40 123456", None)


def said(chance: Random, number: int) -> Observation:
    values = company(chance.choice(NAMES), address=chance.choice(PLACES))
    some = {"identifiers[eu_vat].value": chance.choice(NUMBERS), "phones[main].number": chance.choice(PHONES)}
    return Observation(f"C-{number}", values | {path: value for path, value in some.items() if value})


def fresh() -> Corpus:
    matching = matching_of("party")
    assert matching is not None
    corpus = Corpus("party", matching.model)
    corpus.refresh(lambda: None)
    return corpus


def states_of(corpus: Corpus) -> dict[int, tuple[int, int]]:
    return corpus.states(SourceRecord.objects.values_list("pk", flat=True))


def about(found: list[FoundPair], records: set[int]) -> list[FoundPair]:
    return [pair for pair in found if records & {pair.left, pair.right}]


@pytest.fixture
def world(db: None) -> World:
    world = build_world()
    publish_matching()
    return world


@pytest.mark.parametrize("seed", range(4))
def test_records_looked_up_after_changes_have_the_pairs_and_scores_of_a_full_run(world: World, seed: int) -> None:
    chance = Random(seed)
    world.say_all("SHOP", [said(chance, number) for number in range(24)])
    corpus = fresh()
    before = states_of(corpus)
    corpus.pairs_of(before)

    world.say_all("SHOP", [said(chance, number) for number in chance.sample(range(12, 40), 12)])
    world.say("SHOP", "C-3", deleted=True)
    corpus.refresh(lambda: None)

    full = fresh().shard(0, 1)
    changed = {record for record, state in states_of(corpus).items() if before.get(record) != state}
    assert corpus.pairs_of(changed) == about(full, changed)
    assert len(about(full, changed)) > 10 < len(full)
    assert len(corpus) == len(fresh())


def test_five_shards_together_find_what_one_finds(world: World) -> None:
    chance = Random(0)
    world.say_all("SHOP", [said(chance, number) for number in range(30)])
    corpus = fresh()

    shards = [corpus.shard(which, 5) for which in range(5)]

    together = {(pair.left, pair.right): pair for shard in shards for pair in shard}
    assert [together[both] for both in sorted(together)] == fresh().shard(0, 1)
    assert sum(1 for shard in shards if shard) > 2
    assert all(len(shard) < len(together) for shard in shards)


def test_a_process_keeps_no_more_records_than_it_may(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    matching = matching_of("party")
    assert matching is not None
    world.say("SHOP", "C-1", values=company(NAMES[0]))
    module.forget_corpora()
    monkeypatch.setattr(module, "_MOST_RECORDS", 2)

    for rule_set in range(4):
        module.corpus_of("party", rule_set, matching.model)

    assert [rule_set for _, rule_set in module._corpora] == [2, 3]
    module.forget_corpora()
