"""Small tables and models for the tests of matching."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from bench.demo_records import seeds
from mdm.domains.loader import shipped_pack
from mdm.engine.matching import Cell, MatchModel, Table
from mdm.engine.rules import Rules

FIELDS = {
    "name": [
        "Müller Maschinenbau GmbH",
        "Mueller Maschinenbau",
        "MULLER MASCHINENB. GMBH",
        "Novatek Ltd",
        "東京電力",
        "x",
    ],
    "identifiers": ["eu_vat:DE811128135", "eu_vat:DE811128136", "us_ein:911144442", "other:7741", "lei:5299"],
    "iban": ["DE89370400440532013000", "GB29NWBK60161331926819", "nonsense"],
    "street": ["Industriestr. 12", "Industriestraße 12a", "Main Street", "5 Main St", "-"],
    "house_number": ["12", "12 a", "5"],
    "postal_code": ["70565", "70566", "EC1A 1BB", "0"],
    "city": ["Stuttgart", "Stutgart", "London", "Łódź"],
    "region": ["BW", "Baden"],
    "country": ["DE", "Germany", "GB"],
    "phone": ["+49 711 3800471", "0711/3800471", "+49 711 3800472", "12"],
    "email": ["info@mueller.example", "inf@mueller.example", "x@gmail.com", "no mail"],
    "web": ["https://www.mueller.example", "mueller.example/shop", "muller.example"],
    "birth_date": ["1970-01-02", "1970-02-01", "02.01.1970", "1999"],
}


def party_model() -> MatchModel:
    """The model that the demo publishes for parties: it uses most comparators."""
    model = Rules.from_content(seeds()["rules"]["party"], shipped_pack("party")).matching
    assert model is not None
    return model


def cells(values: Sequence[str]) -> st.SearchStrategy[Cell]:
    """Nothing, a value, several, or anything at all."""
    one = st.sampled_from(values)
    return st.one_of(st.none(), one, one, st.tuples(one, one), st.text(max_size=12))


def tables(least: int = 2, most: int = 7) -> st.SearchStrategy[Table]:
    record = st.fixed_dictionaries({name: cells(values) for name, values in FIELDS.items()})
    return st.lists(record, min_size=least, max_size=most).map(table_of_rows)


def table_of_rows(rows: Sequence[dict[str, Cell]]) -> Table:
    return Table([f"r{at}" for at in range(len(rows))], {name: [row[name] for row in rows] for name in FIELDS})
