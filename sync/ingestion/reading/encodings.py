"""Which characters the bytes of a text file are, and the file rewritten as UTF-8."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mdm.kernel.errors import Invalid

_BLOCK = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_FOREIGN = (
    (b"%PDF", "a PDF document"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file (.xls) or a workbook with a password"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\x89PNG", "an image"),
)
ACCEPTED = ("utf-8", "utf-16", "cp1252", "latin-1")


@dataclass(frozen=True)
class Encoding:
    """A codec, and why a person should look at it (empty when the file itself says so)."""

    codec: str
    doubt: str = ""


def refuse_foreign(head: bytes, name: str) -> None:
    """Raise Invalid when the first bytes show that this is no text file at all."""
    for magic, what in _FOREIGN:
        if head.startswith(magic):
            raise _not_text(name, what)
    controls = sum(byte < 9 or 13 < byte < 27 for byte in head if byte)
    if controls > len(head) // 10:
        raise _not_text(name, "not a text file")


def _not_text(name: str, what: str) -> Invalid:
    return Invalid(
        f"The file {name} is {what}.",
        field="file",
        value=name,
        remedy="Send CSV, TSV or XLSX: save or export it as one.",
    )


def detect_encoding(path: Path) -> Encoding:
    """Return how the file is encoded: by its mark, by the shape of UTF-16, as UTF-8 if it is, else Windows-1252."""
    with open(path, "rb") as source:
        head = source.read(_BLOCK)
    for bom, codec in _BOMS:
        if head.startswith(bom):
            return Encoding(codec)
    if wide := _unmarked_utf16(head):
        return Encoding(wide, "The file has no encoding mark and looks like UTF-16.")
    if _is_utf8(path):
        return Encoding("utf-8")
    if _mostly_utf8(path):
        return Encoding("utf-8", "The file is UTF-8, but some of its bytes are not; their rows are rejected.")
    return Encoding("cp1252", "The file is not UTF-8; it was read as Windows-1252. Check letters such as é, ß, ł.")


def _unmarked_utf16(head: bytes) -> str:
    sample = head[:4096]
    half = max(len(sample) // 2, 1)
    if sample[1::2].count(0) > half * 0.4 and sample[0::2].count(0) < half * 0.1:
        return "utf-16-le"
    if sample[0::2].count(0) > half * 0.4 and sample[1::2].count(0) < half * 0.1:
        return "utf-16-be"
    return ""


def _blocks(path: Path) -> Iterator[bytes]:
    with open(path, "rb") as source:
        while block := source.read(_BLOCK):
            yield block


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for block in _blocks(path):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _mostly_utf8(path: Path) -> bool:
    """Tell a damaged UTF-8 file from one in another encoding: do its non-ASCII bytes mostly form UTF-8 letters?"""
    sound = damaged = 0
    for block in _blocks(path):
        sound += len(_MULTIBYTE.findall(block))
        damaged += block.decode("utf-8", "replace").count("\ufffd")
    return sound > damaged


def write_utf8(source: Path, target: Path, codec: str) -> None:
    """Rewrite `source` as UTF-8 with plain line ends; bytes that are no letters become U+FFFD and reject their row."""
    try:
        reader = open(source, encoding=codec, errors="replace", newline=None)
    except LookupError as error:
        raise Invalid(
            f"The encoding {codec} is not known.",
            field="encoding",
            value=codec,
            remedy=f"Use one of {', '.join(ACCEPTED)}.",
        ) from error
    with reader, open(target, "x", encoding="utf-8", newline="\n") as writer:
        while block := reader.read(_BLOCK):
            writer.write(block)
