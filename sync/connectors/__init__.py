"""What the hub says to other systems: one interface, one HTTP client, one folder per system. No database here."""
