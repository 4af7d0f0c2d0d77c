from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.connectors.messages import MOST_HEAD_BYTES, Answer, BadAnswer, Hearing, request

MOST = 1_000
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
SIZED = b"HTTP/1.1 201 Made\r\nContent-Length: 5\r\nX-Two: a\r\nx-two: b\r\n\r\nhello"
CHUNKED = b"HTTP/1.1 201 Made\r\nTransfer-Encoding: chunked\r\nX-Two: a\r\nx-two: b\r\n\r\n"
CHUNKED += b"2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n"
ENDED_BY_CLOSE = b"HTTP/1.1 201 Made\r\nX-Two: a\r\nx-two: b\r\n\r\nhello"
OLD = b"HTTP/1.0 201 Made\nContent-Length: 5\nX-Two: a\nx-two: b\n\nhello"


def heard(parts: Sequence[bytes], hearing: Hearing | None = None, method: str = "PUT", most: int = MOST) -> Answer:
    hearing = hearing or Hearing()
    hearing.expect(method, most)
    for part in parts:
        if hearing.hear(part):
            return hearing.answer()
    raise AssertionError("it waits for more")


@given(
    answer=st.sampled_from([SIZED, CHUNKED, ENDED_BY_CLOSE, OLD, CONTINUE + SIZED, CONTINUE + CHUNKED]),
    cuts=st.sets(st.integers(1, 120)),
)
def test_an_answer_is_heard_alike_however_it_is_cut_and_says_its_length(answer: bytes, cuts: set[int]) -> None:
    at = [0, *sorted(cut for cut in cuts if cut < len(answer)), len(answer)]
    parts = [answer[start:end] for start, end in pairwise(at)]

    told = heard([*parts, b""])

    assert (told.status, told.reason, told.body) == (201, "Made", b"hello")
    assert [value for name, value in told.headers.items() if name.lower() == "x-two"] == ["a", "b"]
    assert "X-TWO" in told.headers


@given(
    answer=st.sampled_from([SIZED, CHUNKED, CONTINUE + SIZED, CONTINUE]),
    left=st.integers(0, 200),
)
def test_an_answer_that_was_broken_off_is_none(answer: bytes, left: int) -> None:
    some = answer if answer == CONTINUE else answer[: min(left, len(answer) - 1)]

    with pytest.raises(BadAnswer):
        heard([*filter(None, [some]), b""])


@pytest.mark.parametrize(
    ("answer", "goes_on"),
    [
        (SIZED, True),
        (CHUNKED, True),
        (b"HTTP/1.1 204 No Content\r\n\r\n", True),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", True),
        (SIZED.replace(b"X-Two: a", b"Connection: close"), False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", False),
        (SIZED + SIZED, False),
        (SIZED + b"what is this", False),
    ],
)
def test_a_connection_goes_on_only_where_both_sides_know_where_the_answer_ended(answer: bytes, goes_on: bool) -> None:
    hearing = Hearing()

    told = heard([answer], hearing)

    assert hearing.may_go_on is goes_on
    assert told.body in (b"hello", b"")


def test_one_connection_hears_answer_after_answer() -> None:
    hearing = Hearing()

    bodies = [heard([answer], hearing).body for answer in (SIZED, CHUNKED, CONTINUE + SIZED, SIZED)]

    assert bodies == [b"hello"] * 4
    assert hearing.may_go_on


def test_an_answer_that_ends_with_the_connection_is_the_last_one() -> None:
    hearing = Hearing()

    assert heard([ENDED_BY_CLOSE, b""], hearing).body == b"hello"
    assert not hearing.may_go_on


def test_a_head_asked_for_alone_has_no_body_to_wait_for() -> None:
    hearing = Hearing()

    told = heard([b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"], hearing, method="HEAD")

    assert (told.status, told.body) == (200, b"")
    assert not hearing.may_go_on


def test_no_more_is_heard_than_is_wanted() -> None:
    hearing = Hearing()

    told = heard([b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n", b"x" * 8, b"y" * 8], hearing, most=10)

    assert told.body == b"x" * 8 + b"yy"
    assert not hearing.may_go_on


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnot a size\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
    ],
)
def test_what_is_no_answer_is_refused(answer: bytes) -> None:
    with pytest.raises(BadAnswer):
        heard([answer, b""])


def test_a_head_without_end_is_not_read_for_ever() -> None:
    endless = (b"HTTP/1.1 200 OK\r\n", *(b"X-More: %d\r\n" % number for number in range(MOST_HEAD_BYTES // 8)))

    with pytest.raises(BadAnswer):
        heard(endless)


def test_a_request_is_written_as_it_is_meant() -> None:
    written = request("PUT", "host:81", "/a?b=1", {"X-Name": "Jos\xe9"}, b"{}")

    assert written == b"PUT /a?b=1 HTTP/1.1\r\nHost: host:81\r\nX-Name: Jos\xe9\r\nContent-Length: 2\r\n\r\n{}"


@pytest.mark.parametrize(
    ("method", "body", "length"),
    [("GET", None, None), ("DELETE", None, None), ("POST", None, b"0"), ("PATCH", b"", b"0"), ("DELETE", b"x", b"1")],
)
def test_a_request_says_its_length_where_one_may_be_expected(
    method: str, body: bytes | None, length: bytes | None
) -> None:
    lines = request(method, "host", "/", {}, body).split(b"\r\n")

    assert [line.partition(b": ")[2] for line in lines if line.startswith(b"Content-Length")] == [length] * (
        length is not None
    )


@given(text=st.text(), where=st.sampled_from(["method", "host", "target", "name", "value"]))
def test_no_value_breaks_out_of_its_place(text: str, where: str) -> None:
    values = {"method": "POST", "host": "host", "target": "/", "name": "X-Name", "value": "it"} | {where: text}
    headers = {values["name"]: values["value"]}

    try:
        written = request(values["method"], values["host"], values["target"], headers, b"body")
    except ValueError:
        return

    head, _, body = written.partition(b"\r\n\r\n")
    assert body == b"body"
    assert [line.count(b"\n") + line.count(b"\r") + line.count(b"\0") for line in head.split(b"\r\n")] == [0] * 4
