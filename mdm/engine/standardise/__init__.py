"""Standardisers: how a value of one kind is read, written the one way, judged, and found again.

Each file of this package holds the standardisers of one kind and registers them with `@standardiser("name")`;
to add one, add a file. A standardiser is made once per attribute (and element key) and then called per value.
It must be idempotent and never raise; a property test runs them all.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from mdm.engine.standardise.registry import STANDARDISERS, Binding, Problem, Standard, Standardiser, standardiser

__all__ = ["STANDARDISERS", "Binding", "Problem", "Standard", "Standardiser", "standardiser"]

KINDS: Final = tuple(module.name for module in iter_modules(__path__) if module.name != "registry")
for _kind in KINDS:
    import_module(f"{__name__}.{_kind}")
