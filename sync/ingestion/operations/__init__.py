"""The only writers of ingestion's tables, one file per verb."""
