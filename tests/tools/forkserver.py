"""Processes forked from one that has imported what they need: an import costs more than what tests do with them."""

from __future__ import annotations

import multiprocessing

PRELOADED = ["config.embedded", "sync.connectors.memory.server"]

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(PRELOADED)
