"""Time of standardising: what one row of a party costs, and what projecting a golden record costs.

    python bench/standardise.py [rows]

Every row is new (name, phone, VAT number, IBAN and e-mail are unique), so no cache answers for the standardisers.
"""

from __future__ import annotations

import gc
import random
import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from mdm.domains.loader import shipped_pack
from mdm.engine.survivorship import Claim, Rule, Rules, project

FORMS = ("GmbH", "GMBH & CO KG", "AG", "Ltd", "S.p.A.", "s.r.o.", "SARL", "B.V.", "Inc", "")
CITIES = [f"Stadt {n}" for n in range(5_000)]


def vat(number: int) -> str:
    """A German VAT number with its check digit (ISO 7064, Mod 11, 10)."""
    digits = f"{number % 80_000_000 + 10_000_000}"
    product = 10
    for digit in digits:
        total = (int(digit) + product) % 10 or 10
        product = 2 * total % 11
    return f"DE{digits}{(11 - product) % 10}"


def iban(number: int) -> str:
    """A German IBAN with its check digits, in groups of four."""
    account = f"37040044{number:010d}"
    text = f"DE{98 - int(account + '131400') % 97:02d}{account}"
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def row(number: int, chance: random.Random) -> dict[str, object]:
    """Twelve values as an ERP export holds them."""
    return {
        "record_type": "organisation",
        "name": f"Müller {chance.randrange(10**9):x} Maschinenbau {number} {chance.choice(FORMS)}".strip(),
        "language": "DE",
        "identifiers[eu_vat].value": vat(number),
        "addresses[legal].street": f"Straße {chance.randrange(10**7)}",
        "addresses[legal].house_number": f"{chance.randrange(200)} A",
        "addresses[legal].postal_code": f"{chance.randrange(10_000, 99_999)}",
        "addresses[legal].city": chance.choice(CITIES),
        "addresses[legal].country": "Deutschland",
        "phones[main].number": f"030/{2_000_000 + number % 7_000_000}",
        "emails[main].address": f"Info{number}@Firma-{chance.randrange(10**8)}.de",
        "bank_accounts[0001].iban": iban(number),
    }


def measure_rows(count: int) -> None:
    pack = shipped_pack("party")
    chance = random.Random(1)
    rows = [row(number, chance) for number in range(count)]
    for warm in rows[:200]:
        pack.check(warm)
    gc.disable()
    taken, issues = [], 0
    started, worked = time.perf_counter(), time.process_time()
    for values in rows:
        before = time.perf_counter_ns()
        issues += len(pack.check(values).issues)
        taken.append(time.perf_counter_ns() - before)
    total, worked = time.perf_counter() - started, time.process_time() - worked
    gc.enable()
    taken.sort()
    shares = {share: taken[min(count - 1, int(count * share))] / 1e3 for share in (0.5, 0.9, 0.99, 0.999)}
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"rows {count:,}   issues {issues}   peak memory {memory} MB")
    print(f"check: {worked / count * 1e6:.1f} us of CPU a row; on the clock {total / count * 1e6:.1f} us a row")
    print("  " + "   ".join(f"p{share * 100:g} {value:.1f} us" for share, value in shares.items()))


def measure_projection() -> None:
    values = {f"attribute_{n}": "value" for n in range(12)}
    one = [Claim(1, "SAP", values)]
    three = [Claim(n, system, values) for n, system in enumerate(("SAP", "CRM", "SHOP"), 1)]
    rules = Rules(systems=("SAP", "CRM"), default=Rule("longest", ("SAP", "CRM"), ("most_recent",)))
    for name, claims in (("1 claim", one), ("3 claims", three)):
        times = 20_000
        started = time.perf_counter()
        for _ in range(times):
            project(claims, rules)
        print(f"project {name}: {(time.perf_counter() - started) / times * 1e6:.1f} us")


if __name__ == "__main__":
    measure_rows(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
    measure_projection()
