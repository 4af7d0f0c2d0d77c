"""Any script in ASCII, character by character, remembered: `text.translate(TRANSLITERATION)`."""

from __future__ import annotations

from typing import Final

from anyascii import anyascii


class _Transliteration(dict[int, str]):
    """Filled in as characters are met; there are only so many. Apostrophes go, so that `O’Neill` is one word."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        written = self[code] = char if code < 128 else "" if char in "’‘ʼ´" else anyascii(char)
        return written


TRANSLITERATION: Final = _Transliteration()
