"""Write the demo data: `python -m demo.generate` makes every file of demo/files anew, the same to the byte."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from demo import numbers, traps
from demo.dice import Dice
from demo.drafts import ACCOUNT, CUSTOMER, SHOPPER, SUPPLIER, Draft
from demo.entities import Registrar
from demo.materials import materials
from demo.population import Scribe, populate
from demo.words import load
from demo.writers import FIRST_CHANGES, LATER_CHANGES, write_all, write_materials, write_plain

FILES: Final = Path(__file__).parent / "files"
SEED: Final = 20260312
_FIRST_NUMBER: Final = {CUSTOMER: 100_482, SUPPLIER: 300_115, SHOPPER: 20_417}
_TRUTH: Final = ["system", "type", "id", "entity", "trap", "delivery"]


def generate(folder: Path = FILES, seed: int = SEED) -> list[Draft]:
    """Write all files below `folder`; returns the records of both deliveries."""
    words, dice = load(), Dice(seed)
    scribe = Scribe(words, dice, Registrar(words, dice))
    staged, reused = traps.stage(scribe)
    # The documentation's company comes first and so gets the number that the documentation shows.
    first = _numbered([staged[0], *dice.shuffled([*staged[1:], *reused, *populate(scribe)])], dice)
    later = _later(first, scribe)
    write_all(first, folder, dice, changes=FIRST_CHANGES)
    write_all(later, folder / "later", dice, changes=LATER_CHANGES)
    write_materials(folder, materials(dice))
    write_plain(folder / "mapping.csv", ["sap_customer", "crm_account"], _mapping(first, dice))
    write_plain(folder / "truth.csv", _TRUTH, [_true(draft) for draft in (*first, *later)])
    return [*first, *later]


def _numbered(drafts: Sequence[Draft], dice: Dice) -> list[Draft]:
    """Every draft with its identifier, in the form its system gives; sorted as a system exports them."""
    last = dict(_FIRST_NUMBER)
    numbered: list[Draft] = []
    for draft in drafts:
        if draft.kind == ACCOUNT:
            numbered.append(replace(draft, id=numbers.salesforce_id(dice)))
            continue
        number = last[draft.kind]
        last[draft.kind] = number + dice.number(1, 7)
        numbered.append(replace(draft, id=f"C-{number}" if draft.kind == SHOPPER else f"{number:010d}"))
    return numbered


def _later(first: Sequence[Draft], scribe: Scribe) -> list[Draft]:
    """The second delivery of customers: moved, new, deleted, and identifiers given to something else."""
    known = {entity.id: entity for entity in scribe.registrar.entities}
    ordinary = [draft for draft in first if draft.kind == CUSTOMER and not draft.trap]
    customers = scribe.dice.shuffled(ordinary)[:12]
    later = [
        replace(draft.at(scribe.registrar.elsewhere(known[draft.entity])), trap="moved") for draft in customers[:8]
    ]
    later += [replace(draft, trap="deleted") for draft in customers[8:10]]
    for draft in first:
        if draft.trap == "reused_id":
            other = scribe.registrar.company("IT" if draft.country == "DE" else "DE")
            later.append(replace(scribe.record(other, CUSTOMER, "reused_id", clean=True), id=draft.id))
    number = max(int(draft.id) for draft in first if draft.kind == CUSTOMER)
    for step in range(1, 6):
        fresh = scribe.record(scribe.registrar.company(scribe.dice.one(["DE", "PL", "GR"])), CUSTOMER)
        later.append(replace(fresh, id=f"{number + 3 * step:010d}"))
    return [replace(draft, delivery="later") for draft in later]


def _mapping(drafts: Sequence[Draft], dice: Dice) -> list[list[str]]:
    """What somebody kept in a spreadsheet: shortened ids, two pairs nobody knows any more, one pair that is wrong."""
    customers = {draft.entity: draft for draft in reversed(drafts) if draft.kind == CUSTOMER and not draft.trap}
    accounts = {draft.entity: draft for draft in reversed(drafts) if draft.kind == ACCOUNT and not draft.trap}
    both = [entity for entity in customers if entity in accounts]
    kept = dice.shuffled(both)[: len(both) // 2]
    pairs = [[customers[entity].id.lstrip("0"), accounts[entity].id[:15]] for entity in kept]
    forgotten = [[f"9{dice.digits(5)}", numbers.salesforce_id(dice)[:15]] for _ in range(2)]
    wrong = [[pairs[0][0], pairs[1][1]]]
    return [*pairs, *forgotten, *wrong]


def _true(draft: Draft) -> list[str]:
    return [draft.system, draft.type, draft.id, draft.entity, draft.trap, draft.delivery]


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else FILES
    written = generate(target)
    print(f"{len(written)} records of {len({draft.entity for draft in written})} companies and persons in {target}")
