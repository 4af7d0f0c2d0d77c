"""Matching a file by itself: reading it, asking a person, writing what was found. No database."""
