"""How often a password may be tried: counted before it is checked, so that parallel guesses gain nothing."""

from __future__ import annotations

import math
from typing import Final

from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from mdm.accounts.models import SignInThrottle
from mdm.kernel.errors import DomainError

WINDOW_SECONDS: Final = 300
TRIES_PER_ACCOUNT: Final = 5
# Many people may share the address of one office.
TRIES_PER_ADDRESS: Final = 50

_WINDOW = f"make_interval(secs => {WINDOW_SECONDS})"
_OVER = f"known.window_started_at <= clock_timestamp() - {_WINDOW}"
# The WHERE of the update is the limit: a try beyond it changes no row.
_CLAIM = f"""
INSERT INTO accounts_signinthrottle AS known (key, tries, window_started_at) VALUES (%(key)s, 1, clock_timestamp())
ON CONFLICT (key) DO UPDATE SET
    tries = CASE WHEN {_OVER} THEN 1 ELSE known.tries + 1 END,
    window_started_at = CASE WHEN {_OVER} THEN clock_timestamp() ELSE known.window_started_at END
WHERE known.tries < %(limit)s OR {_OVER}
"""
_WAIT = f"""
SELECT extract(epoch FROM window_started_at + {_WINDOW} - clock_timestamp()) FROM accounts_signinthrottle WHERE key = %s
"""
_GIVE_BACK = "UPDATE accounts_signinthrottle SET tries = tries - 1 WHERE key = %s AND tries > 0"
_FORGET = f"""
DELETE FROM accounts_signinthrottle WHERE key = %s OR window_started_at < clock_timestamp() - 2 * {_WINDOW}
"""


class TooManyTries(DomainError):
    """The password was tried too often; `wait` is how many seconds to wait."""

    code = "too_many_tries"
    status = 429

    def __init__(self, wait: int) -> None:
        self.wait = wait
        super().__init__(
            "The password was wrong too often.", field="password", remedy=f"Try again in {_in_words(wait)}."
        )


def claim_try(*, account: str, address: str) -> None:
    """One more try is counted for the account and the address.

    Raises: TooManyTries when either has none left; nothing is counted then for the account.
    """
    with transaction.atomic():
        wait = _claim(_key("address", address), TRIES_PER_ADDRESS) or _claim(
            _key("account", account), TRIES_PER_ACCOUNT
        )
    if wait:
        raise TooManyTries(wait)


def give_back(*, account: str, address: str) -> None:
    """A good password counts as no try, and makes the account's wrong ones forgotten."""
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK, [_key("address", address)])
        cursor.execute(_FORGET, [_key("account", account)])


def _claim(key: str, limit: int) -> int:
    """Count one try and return 0, or return how many seconds to wait."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"key": key, "limit": limit})
        if cursor.rowcount:
            return 0
        cursor.execute(_WAIT, [key])
        row = cursor.fetchone()
    return max(1, math.ceil(row[0])) if row else 1


def _key(kind: str, name: str) -> str:
    return salted_hmac(f"{SignInThrottle.__name__}.{kind}", name, algorithm="sha256").hexdigest()


def _in_words(seconds: int) -> str:
    if seconds < 60:
        return f"{seconds} second{'s' if seconds > 1 else ''}"
    minutes = math.ceil(seconds / 60)
    return f"{minutes} minute{'s' if minutes > 1 else ''}"
