"""Why a target differs."""

from __future__ import annotations

from django.db import models


class DriftCause(models.TextChoices):
    EDITED_IN_TARGET = "EDITED_IN_TARGET", "Edited in the target"
    HUB_NEWER = "HUB_NEWER", "The golden record is newer"
    BOTH = "BOTH", "Changed on both sides"
    MISSING = "MISSING", "Never seen there"
    DELETED_IN_TARGET = "DELETED_IN_TARGET", "Deleted in the target"
