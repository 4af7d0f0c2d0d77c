"""Which passwords are good enough."""

from __future__ import annotations

from typing import Final

from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    UserAttributeSimilarityValidator,
)

SHORTEST: Final = 15
# No rules about kinds of characters and no expiry: length is what helps.
VALIDATORS: Final = (
    MinimumLengthValidator(SHORTEST),
    CommonPasswordValidator(),
    UserAttributeSimilarityValidator(user_attributes=("email", "name")),
)
