"""From a golden record to a target's document: pure, told by data. No database, no network."""
