"""Numbers and calendars, no decisions: what a rulebook says and what follows from it by arithmetic."""
