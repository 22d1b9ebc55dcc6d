"""Whole histories in and out of a ledger, as lines of JSON (NDJSON): what docs/import.md describes for users."""
