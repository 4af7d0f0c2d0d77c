"""Reads of ingestion's tables."""
