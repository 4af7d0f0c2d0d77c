from __future__ import annotations


class ServerError(Exception):
    """A server of the copy's own cannot be had: one sentence for what, one for the remedy."""
