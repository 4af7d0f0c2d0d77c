"""A stand-in for Salesforce: no Salesforce, but a small server of ours that speaks the part of its REST API we use.

It keeps accounts and contacts in an SQLite file, has unique external ids, restricted picklists, lengths, a recycle
bin with merges, a daily quota and tokens that end; and a page on which a person sees what arrived.
"""

from __future__ import annotations

from typing import Final

STAND_IN: Final = "salesforce_stand_in"  # the kind of connection that talks to it, and none other does
LABEL: Final = "Stand-in for Salesforce"
HEADER: Final = "X-Stand-In"  # on every answer
