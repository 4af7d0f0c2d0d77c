"""Guessing in parallel gains nothing: tries are counted before a password is checked."""

from __future__ import annotations

from collections import Counter

import pytest

from mdm.accounts.operations.create_actor import create_actor
from mdm.accounts.operations.sign_in import SignInRefused, sign_in
from mdm.accounts.operations.throttle import TRIES_PER_ACCOUNT, TooManyTries
from mdm.accounts.queries import machine_actor
from mdm.events.models import AuditEvent
from tests.races.together import together


@pytest.mark.django_db(transaction=True)
def test_parallel_guesses_get_as_many_tries_as_one_after_the_other() -> None:
    create_actor(kind="person", name="Anna", email="anna@example.com", password="x" * 30 + "!", actor=machine_actor())
    answers: Counter[type[Exception]] = Counter()

    def guess() -> None:
        try:
            sign_in(email="anna@example.com", password="wrong", address="192.0.2.1")
        except (SignInRefused, TooManyTries) as refusal:
            answers[type(refusal)] += 1

    together(*[guess] * 12)

    assert answers == {SignInRefused: TRIES_PER_ACCOUNT, TooManyTries: 12 - TRIES_PER_ACCOUNT}
    assert AuditEvent.objects.filter(type="sign_in_failed").count() == TRIES_PER_ACCOUNT
