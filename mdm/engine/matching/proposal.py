"""A matching model proposed from a profile: comparisons by meaning, blocking by what identifies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from mdm.engine.matching.comparators import COMPARATORS
from mdm.engine.matching.declaration import BlockRule, Comparison, Field, Level, MatchModel, ModelError
from mdm.engine.matching.meaning import Meaning
from mdm.engine.matching.profile import ColumnProfile, Profile

_FEWEST: Final = 0.02
_RARITY: Final = 0.75
_LONG: Final = 11
_MOSTLY: Final = 0.9
_MODELS: Final = 0.3


@dataclass
class _Draft:
    """A model in the making."""

    profile: Profile
    fields: dict[str, Field] = field(default_factory=dict)
    comparisons: list[Comparison] = field(default_factory=list)
    blocking: list[BlockRule] = field(default_factory=list)

    def read(self, column: ColumnProfile, reader: str, name: str = "") -> str:
        name = name or column.name
        self.fields[name] = Field(name, column.name, reader)
        return name

    def compare(self, label: str, fields: list[str], comparator: str, rarity: float = 0.0) -> None:
        specs = COMPARATORS[comparator].levels
        levels = tuple(
            Level(spec.name, spec.label, round(min(float(np.log2(spec.m / spec.u)), spec.most), 3), spec.m, spec.u)
            for spec in specs
        )
        bits = np.maximum.accumulate([level.bits for level in levels]).tolist()
        levels = tuple(
            Level(each.name, each.label, bit, each.m, each.u) for each, bit in zip(levels, bits, strict=True)
        )
        name = fields[0] if all(each.name != fields[0] for each in self.comparisons) else f"{fields[0]} {comparator}"
        self.comparisons.append(Comparison(name, label, tuple(fields), comparator, levels, rarity))

    def block(self, kind: str, keys: list[str], **sizes: int) -> None:
        rule = BlockRule(kind, tuple(keys), **sizes)  # type: ignore[arg-type]
        if rule not in self.blocking:
            self.blocking.append(rule)


def propose_model(profile: Profile, *, distinct_sources: bool = False) -> MatchModel:
    """The model that the profile suggests, with weights as usual for its comparators; `train` makes them fit.

    Raises: ModelError when no column can tell records apart.
    """
    draft = _Draft(
        Profile(profile.records, tuple(c for c in profile.columns if c.coverage >= _FEWEST), profile.sources)
    )
    names = _names(draft)
    _titles(draft)
    streets, places = _places(draft)
    _contacts(draft)
    dates = _dates(draft)
    _rest(draft)
    if not draft.comparisons:
        raise ModelError(
            "columns",
            expected="a column whose values tell records apart",
            found=[column.name for column in profile.columns],
            remedy="Add a name, an identifier or a description, or write a model by hand.",
        )
    _blocking(draft, names, streets, places, dates)
    return MatchModel(
        fields=draft.fields,
        blocking=tuple(draft.blocking),
        comparisons=tuple(draft.comparisons),
        distinct_sources=distinct_sources,
        prior=round(float(-np.log2(max(profile.records, 2))), 3),
    )


def _label(name: str) -> str:
    return name.replace("_", " ").strip().capitalize() or name


def _names(draft: _Draft) -> list[str]:
    found: list[str] = []
    for column in draft.profile.of("organisation_name"):
        core, form = draft.read(column, "organisation"), draft.read(column, "legal_form", f"{column.name} form")
        draft.compare(_label(column.name), [core, form], "organisation_name", _RARITY)
        found.append(core)
    given, family = draft.profile.of("given_name"), draft.profile.of("family_name")
    if given and family:
        parts = [draft.read(given[0], "person"), draft.read(family[0], "person")]
        draft.compare("Name", [*parts, *_whole_names(draft)], "person_name", _RARITY)
        return [*parts, *found]
    for column in [*draft.profile.of("person_name"), *given, *family][:2]:
        name = draft.read(column, "person")
        draft.compare(_label(column.name), [name], "person_name", _RARITY)
        found.append(name)
    return found


def _whole_names(draft: _Draft) -> list[str]:
    """A column with the whole name, which says more than its parts: middle names, titles, particles."""
    whole = [column for column in draft.profile.of("person_name") if column.coverage > _MOSTLY]
    return [draft.read(max(whole, key=lambda column: (column.words, column.name)), "person")] if whole else []


def _titles(draft: _Draft) -> None:
    for at, column in enumerate(draft.profile.of("title")):
        name = draft.read(column, "text")
        if at and column.words > _LONG:
            draft.compare(_label(column.name), [name], "long_text")
            continue
        draft.compare(_label(column.name), [name], "title", _RARITY)
        if column.models >= _MODELS:
            models = draft.read(column, "models", f"{column.name} models")
            numbers = [draft.read(each, "models", f"{each.name} models") for each in draft.profile.of("identifier")[:3]]
            draft.compare(f"Model in {_label(column.name).lower()}", [models, *numbers], "model_number")


def _places(draft: _Draft) -> tuple[list[str], list[str]]:
    streets = [draft.read(column, "street") for column in draft.profile.of("street")[:1]]
    houses = [draft.read(column, "text") for column in draft.profile.of("house_number")[:1]]
    if streets:
        draft.compare("Address", streets + houses, "address", _RARITY)
    readers: dict[Meaning, str] = {"postal_code": "postal_code", "city": "text", "region": "text", "country": "country"}
    places = []
    for meaning, reader in readers.items():
        for column in draft.profile.of(meaning)[:1]:
            places.append(draft.read(column, reader))
    if places:
        draft.compare("Place", places, "place", 0.5)
    return streets, places


def _contacts(draft: _Draft) -> None:
    for meaning in ("phone", "email", "web"):
        for column in draft.profile.of(meaning):
            name = draft.read(column, meaning)
            draft.compare(_label(column.name), [name], meaning, 0.5)
            draft.block("exact", [name], cap=60)


def _dates(draft: _Draft) -> list[str]:
    dates = [draft.read(column, "date") for column in draft.profile.of("date")]
    for name in dates:
        draft.compare(_label(name), [name], "date", 0.5)
    meanings: tuple[Meaning, ...] = ("year", "month", "day")
    parts = [draft.read(column, "text") for meaning in meanings for column in draft.profile.of(meaning)[:1]]
    if len(parts) == 3:
        draft.compare("Date", parts, "date", 0.5)
        return dates or parts
    for name in parts:
        draft.compare(_label(name), [name], "exact")
    return dates


def _rest(draft: _Draft) -> None:
    for column in draft.profile.of("identifier"):
        name = draft.read(column, "identifier")
        draft.compare(_label(column.name), [name], "identifier", 0.5)
        draft.block("exact", [name], cap=60)
    for column in draft.profile.of("number"):
        draft.compare(_label(column.name), [draft.read(column, "number")], "number")
    for column in draft.profile.of("code"):
        draft.compare(_label(column.name), [draft.read(column, "code")], "exact", 0.5)
    for column in draft.profile.of("text"):
        kind = "long_text" if column.words > 3 else "text"
        draft.compare(_label(column.name), [draft.read(column, "text")], kind, 0.5)


def _blocking(draft: _Draft, names: list[str], streets: list[str], places: list[str], dates: list[str]) -> None:
    titles = [column.name for column in draft.profile.of("title") if column.name in draft.fields]
    who = names[:2] or titles[:1]
    where = places[:1]
    for name in who:
        draft.block("tokens", [name], cap=30)
    for other in [*where, *dates[:1]]:
        for name in who:
            draft.block("key", [f"{name}:prefix4", other], cap=100)
    for name in streets:
        draft.block("key", [f"{name}:digits", *where], cap=60)
    texts = who or [each.fields[0] for each in draft.comparisons[:2]]
    draft.block("similar", texts, top=10)
    every = [*who, *streets, *places[:2], *dates[:1]]
    if len(every) > len(texts):
        draft.block("similar", every, top=10)
