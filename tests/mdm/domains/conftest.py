"""Property tests here run the same examples every time and have no time limit per example."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("engine", deadline=None, derandomize=True)
settings.load_profile("engine")
