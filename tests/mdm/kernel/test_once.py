"""What is read once for a page is read once, and never outlives it."""

from __future__ import annotations

from itertools import count

from mdm.kernel.once import once, one_reading


def test_within_one_reading_a_key_is_read_once() -> None:
    numbers = count()

    with one_reading():
        seen = [once("a", lambda: next(numbers)), once("a", lambda: next(numbers)), once("b", lambda: next(numbers))]

    assert seen == [0, 0, 1]


def test_outside_of_a_reading_and_in_the_next_one_it_is_read_again() -> None:
    numbers = count()
    with one_reading():
        once("a", lambda: next(numbers))

    outside = once("a", lambda: next(numbers))
    with one_reading():
        inside = once("a", lambda: next(numbers))

    assert (outside, inside) == (1, 2)


def test_what_came_to_nothing_is_known_too() -> None:
    asked: list[str] = []

    with one_reading():
        once("a", lambda: asked.append("a"))
        once("a", lambda: asked.append("a"))

    assert asked == ["a"]
