"""Invented identifiers whose check digits are right."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Final

from stdnum import iban as iban_number

from demo.dice import Dice

_BASE62: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_SUFFIX: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"

# Country -> (python-stdnum module that judges it, digits to invent, digits to find, text before, text after).
_TAX: Final[dict[str, tuple[str, int, int, str, str]]] = {
    "DE": ("de.vat", 8, 1, "DE", ""),
    "AT": ("at.uid", 7, 1, "ATU", ""),
    "CH": ("ch.uid", 8, 1, "CHE", ""),
    "IT": ("it.iva", 10, 1, "IT", ""),
    "ES": ("es.nif", 7, 1, "ESB", ""),
    "PL": ("pl.nip", 9, 1, "PL", ""),
    "CZ": ("cz.dic", 7, 1, "CZ", ""),
    "NL": ("nl.btw", 8, 1, "NL", "B01"),
    "GB": ("gb.vat", 7, 2, "GB", ""),
    "US": ("us.ein", 7, 0, "46", ""),
    "GR": ("gr.vat", 8, 1, "EL", ""),
    "BG": ("bg.vat", 8, 1, "BG", ""),
    "UA": ("ua.edrpou", 7, 1, "", ""),
    "EG": ("eg.tn", 9, 0, "", ""),
}
_FIRST: Final = {"IT": "0", "FR": "3456789", "UA": "34", "ES": "12345678", "GB": "123456789", "BG": "12", "GR": "0189"}
# Country -> bank part of an IBAN, drawn from the dice.
_BANK: Final[dict[str, Callable[[Dice], str]]] = {
    "DE": lambda dice: (
        dice.one(["70020270", "60050101", "37040044", "20040000", "10010010"]) + dice.digits(10, first="0")
    ),
    "AT": lambda dice: dice.one(["20111", "12000", "32000"]) + dice.digits(11, first="0"),
    "CH": lambda dice: dice.one(["00700", "00230", "08390"]) + dice.digits(12, first="0"),
    "GB": lambda dice: dice.one(["NWBK", "BARC", "LOYD"]) + dice.digits(14),
    "NL": lambda dice: dice.one(["INGB", "RABO", "ABNA"]) + dice.digits(10, first="0"),
    "GR": lambda dice: dice.one(["011", "014", "017"]) + dice.digits(20, first="0"),
    "BG": lambda dice: dice.one(["UNCR", "BUIN", "STSA"]) + dice.digits(14),
    "SA": lambda dice: dice.one(["80", "10", "20"]) + dice.digits(18),
    "UA": lambda dice: dice.one(["305299", "300335"]) + dice.digits(19, first="0"),
}


def tax_number(country: str, dice: Dice) -> str:
    """The number a company of the country is taxed under, as it writes it."""
    if country == "FR":
        return _french(dice)
    if country in ("JP", "CN"):
        return _calculated(country, dice)
    if country == "SA":
        return f"3{dice.digits(13)}3"
    module, invented, found, before, after = _TAX[country]
    is_valid = import_module(f"stdnum.{module}").is_valid
    while True:
        body = dice.digits(invented, first=_FIRST.get(country, "123456789"))
        for check in range(10**found):
            number = f"{before}{body}{check:0{found}d}{after}" if found else f"{before}{body}{after}"
            if is_valid(number):
                return number


def _french(dice: Dice) -> str:
    siren = import_module("stdnum.fr.siren")
    body = dice.digits(8, first=_FIRST["FR"])
    number = next(body + check for check in "0123456789" if siren.is_valid(body + check))
    return f"FR{(12 + 3 * (int(number) % 97)) % 97:02d}{number}"


def _calculated(country: str, dice: Dice) -> str:
    if country == "JP":
        body = dice.digits(12)
        return str(import_module("stdnum.jp.cn").calc_check_digit(body)) + body
    body = "91" + dice.one(["310000", "110000", "440100", "420100"]) + dice.digits(9)
    return body + str(import_module("stdnum.cn.uscc").calc_check_digit(body))


def iban(country: str, dice: Dice) -> str:
    """A bank account of the country; empty where the demo has none."""
    if country not in _BANK:
        return ""
    bank = _BANK[country](dice)
    return f"{country}{iban_number.calc_check_digits(f'{country}00{bank}')}{bank}"


def lei(dice: Dice) -> str:
    """A legal entity identifier (ISO 17442)."""
    body = "5299" + "00" + "".join(dice.one(_LETTERS + "0123456789") for _ in range(12))
    value = int("".join(str(int(char, 36)) for char in f"{body}00"))
    return f"{body}{98 - value % 97:02d}"


def duns(dice: Dice) -> str:
    return dice.digits(9)


def salesforce_id(dice: Dice) -> str:
    """An 18-character account id: 15 characters whose case counts, and three that carry the case."""
    body = "0015g00000" + "".join(dice.one(_BASE62) for _ in range(5))
    return body + "".join(
        _SUFFIX[sum(1 << bit for bit, char in enumerate(body[start : start + 5]) if char.isupper())]
        for start in (0, 5, 10)
    )


def one_digit_off(number: str, dice: Dice) -> str:
    """The number with one digit changed, as a slip of the finger does."""
    places = [place for place, char in enumerate(number) if char.isdigit()][2:]
    place = dice.one(places)
    return f"{number[:place]}{(int(number[place]) + dice.number(1, 8)) % 10}{number[place + 1 :]}"
