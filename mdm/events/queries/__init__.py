"""Reads of the audit: what people may see of it, and the proof that nobody touched it."""

from mdm.events.queries.chain_faults import head
from mdm.events.queries.faults import Fault
from mdm.events.queries.verification import verify

__all__ = ["Fault", "head", "verify"]
