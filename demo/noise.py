"""How records go wrong in real systems: each function returns a text or a draft as somebody else would type it."""

from __future__ import annotations

from dataclasses import replace

from demo import numbers
from demo.dice import Dice
from demo.drafts import Draft
from demo.entities import Entity, Registrar, named
from demo.words import Text, Words

_NEIGHBOURS = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "k": "jl",
    "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "r": "et", "s": "ad", "t": "ry", "u": "zi", "v": "cb",
    "w": "qe",
}  # fmt: skip
_FORMATS = ("international", "national", "dotted", "slashed", "zeros")


def typo(text: str, dice: Dice) -> str:
    """One slip: a letter swapped with the next, doubled, left out, or its neighbour on the keyboard."""
    places = [place for place, char in enumerate(text[:-1]) if place and char.isalpha() and text[place + 1].isalpha()]
    if not places:
        return text
    place = dice.one(places)
    char, after = text[place], text[place + 1]
    kind = dice.number(1, 4)
    if kind == 1:
        return text[:place] + after + char + text[place + 2 :]
    if kind == 2:
        return text[:place] + char + text[place:]
    if kind == 3:
        return text[:place] + text[place + 1 :]
    return text[:place] + dice.one(_NEIGHBOURS.get(char.lower(), char)) + text[place + 1 :]


def transliterated(text: str, words: Words) -> str:
    for letter, letters in words.transliterations:
        text = text.replace(letter, letters)
    return text


def abbreviated(text: str, words: Words, dice: Dice) -> str:
    """One word cut short, where the text holds one that people cut."""
    fitting = [(long, short) for long, short in words.abbreviations if long in text]
    if not fitting:
        return text
    long, short = dice.one(fitting)
    return text.replace(long, short, 1)


def form_variant(entity: Entity, words: Words, dice: Dice) -> Text:
    """The company's name with its legal form spelled otherwise, or left out."""
    variants = words.form_variants.get(entity.form.native)
    if variants is None:
        return entity.core if dice.chance(0.4) else entity.name
    other = dice.one(variants)
    return named(entity.core, Text(other, other), entity.country)


def phone_as_typed(number: str, calling: str, dice: Dice) -> str:
    """The same number as people write it."""
    rest = number[1 + len(calling) :]
    trunk = "" if calling in ("39", "34", "48", "420", "30", "1") else "0"
    area, tail = rest[:3], rest[3:]
    written = {
        "international": f"+{calling} {area} {tail}",
        "national": f"{trunk}{area} {tail[:3]} {tail[3:]}",
        "dotted": f"+{calling}.{area}.{tail}",
        "slashed": f"{trunk}{area}/{tail}",
        "zeros": f"00{calling} {area} {tail}",
    }
    return written["international" if calling == "1" else dice.one(_FORMATS)]


def moved(draft: Draft, entity: Entity, registrar: Registrar) -> Draft:
    """The address from before the company moved."""
    return draft.at(registrar.elsewhere(entity))


def swapped(draft: Draft, dice: Dice) -> Draft:
    """Two fields filled in the wrong way round."""
    if draft.family:
        return replace(draft, given=draft.family, family=draft.given)
    if dice.chance(0.5):
        return replace(draft, city=draft.postal_code, postal_code=draft.city[:10])
    return replace(draft, name=draft.street_line, street_line=draft.name)


def mistyped_tax_number(draft: Draft, dice: Dice) -> Draft:
    return replace(draft, tax_number=numbers.one_digit_off(draft.tax_number, dice)) if draft.tax_number else draft
