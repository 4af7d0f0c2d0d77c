from __future__ import annotations

import datetime as dt
import hashlib
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm.engine.canonical import canonical_json, digest


def test_equal_content_has_equal_bytes_whatever_its_order() -> None:
    first = canonical_json({"b": [1, None, True], "a": "Müller"})

    assert first == canonical_json({"a": "Müller", "b": [1, None, True]})
    assert first == '{"a":"Müller","b":[1,null,true]}'.encode()


_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
_SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _TEXT
_CONTENT = st.recursive(
    _SCALARS, lambda inner: st.lists(inner) | st.dictionaries(_TEXT, inner) | st.tuples(inner), max_leaves=12
)


@given(content=_CONTENT)
def test_content_has_the_bytes_of_the_standard_librarys_json(content: Any) -> None:
    plain = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    assert canonical_json(content) == plain.encode()


def test_keys_that_are_no_texts_are_written_as_texts() -> None:
    assert canonical_json({2: [2**70], 10: True}) == b'{"2":[1180591620717411303424],"10":true}'


def test_one_moment_has_one_spelling_whatever_its_offset() -> None:
    utc = dt.datetime(2026, 3, 12, 10, tzinfo=dt.UTC)
    berlin = utc.astimezone(dt.timezone(dt.timedelta(hours=1)))

    assert canonical_json(utc) == canonical_json(berlin) == b'"2026-03-12T10:00:00.000000Z"'
    assert canonical_json([dt.date(2026, 3, 12), Decimal("1.50"), b"\x01\xff"]) == b'["2026-03-12","1.50","01ff"]'


@pytest.mark.parametrize("content", [float("nan"), float("inf"), "\ud800", dt.datetime(2026, 3, 12)])
def test_what_has_no_single_form_is_refused(content: object) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        canonical_json({"a": content})
    with pytest.raises(ValueError, match=r"\w"):
        canonical_json([{"a": "b"}, [content]])


def test_a_type_nobody_defined_is_refused() -> None:
    with pytest.raises(TypeError):
        canonical_json({"a": {1, 2}})


def test_the_digest_depends_on_salt_and_content() -> None:
    assert digest(b"salt", b"content") == hashlib.sha256(b"saltcontent").digest()
    assert digest(b"salt2", b"content") != digest(b"salt", b"content")
