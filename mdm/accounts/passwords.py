"""Which passwords are good enough, and the one of the demo people."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    UserAttributeSimilarityValidator,
)
from django.utils.crypto import constant_time_compare

SHORTEST: Final = 15
# No rules about kinds of characters and no expiry: length is what helps.
VALIDATORS: Final = (
    MinimumLengthValidator(SHORTEST),
    CommonPasswordValidator(),
    UserAttributeSimilarityValidator(user_attributes=("email", "name")),
)


def is_demo(password: str) -> bool:
    """Tell whether this is the documented password of demo people; an installation without demo people has none."""
    demo = getattr(settings, "DEMO_PASSWORD", "")
    return bool(demo) and constant_time_compare(password, demo)
