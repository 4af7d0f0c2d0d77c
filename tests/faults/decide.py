"""Make one decision in a process of its own, which a test may kill: `python -m tests.faults.decide KIND JSON`."""

from __future__ import annotations

import json
import sys
from typing import Any
from uuid import UUID

import django


def main(kind: str, said: dict[str, Any]) -> None:
    """The decision is made, and its id printed."""
    from importlib import import_module

    from mdm.accounts.models import Actor
    from mdm.kernel import faults

    operation = getattr(import_module(f"mdm.matching.operations.{kind}"), kind)
    ids = {name: UUID(said[name]) for name in ("decision_id", "decision", "of") if name in said}
    decision = operation(**said | ids | {"actor": Actor.objects.get(pk=said["actor"])})
    faults.point("tests.after_commit")
    print(decision.pk)


if __name__ == "__main__":
    django.setup()
    main(sys.argv[1], json.loads(sys.argv[2]))
