from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal

import pytest

from mdm.engine.canonical import canonical_json, digest


def test_equal_content_has_equal_bytes_whatever_its_order() -> None:
    first = canonical_json({"b": [1, None, True], "a": "Müller"})

    assert first == canonical_json({"a": "Müller", "b": [1, None, True]})
    assert first == '{"a":"Müller","b":[1,null,true]}'.encode()


def test_one_moment_has_one_spelling_whatever_its_offset() -> None:
    utc = dt.datetime(2026, 3, 12, 10, tzinfo=dt.UTC)
    berlin = utc.astimezone(dt.timezone(dt.timedelta(hours=1)))

    assert canonical_json(utc) == canonical_json(berlin) == b'"2026-03-12T10:00:00.000000Z"'
    assert canonical_json([dt.date(2026, 3, 12), Decimal("1.50"), b"\x01\xff"]) == b'["2026-03-12","1.50","01ff"]'


@pytest.mark.parametrize("content", [float("nan"), float("inf"), "\ud800", dt.datetime(2026, 3, 12)])
def test_what_has_no_single_form_is_refused(content: object) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        canonical_json({"a": content})


def test_a_type_nobody_defined_is_refused() -> None:
    with pytest.raises(TypeError):
        canonical_json({"a": {1, 2}})


def test_the_digest_depends_on_salt_and_content() -> None:
    assert digest(b"salt", b"content") == hashlib.sha256(b"saltcontent").digest()
    assert digest(b"salt2", b"content") != digest(b"salt", b"content")
