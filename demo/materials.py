"""A small material file, so that a second domain has something to keep apart."""

from __future__ import annotations

from typing import Final

from stdnum import ean

from demo.dice import Dice

_THINGS: Final = {
    "Hexagon screw DIN 933": "PC",
    "Washer DIN 125": "PC",
    "Steel sheet S235JR": "KG",
    "Copper wire": "M",
    "Hydraulic oil HLP 46": "L",
    "Ball bearing": "PC",
    "V-belt SPA": "PC",
    "Gasket NBR": "PC",
    "Aluminium profile 40x40": "M",
    "Packing foil": "KAR",
    "Paint RAL": "L",
    "Cable gland M20": "PC",
}
_SIZES: Final = ("M6x20", "M8x30", "M10x40", "2.0 mm", "25 mm", "1200 mm", "7016", "9010", "grey", "type B")


def materials(dice: Dice) -> list[list[str]]:
    """40 materials: number, text, unit, GTIN (two in three)."""
    rows: list[list[str]] = []
    seen: set[str] = set()
    while len(rows) < 40:
        thing = dice.one(list(_THINGS))
        text = f"{thing} {dice.one(_SIZES)}"
        if text in seen:
            continue
        seen.add(text)
        body = f"4012345{dice.digits(5, first='0123456789')}"
        code = body + ean.calc_check_digit(body) if dice.chance(0.66) else ""
        rows.append([f"{4_000_100 + 10 * len(rows):018d}", text, _THINGS[thing], code])
    return rows
