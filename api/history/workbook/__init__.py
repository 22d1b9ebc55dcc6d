"""A ledger kept in Excel (台账), one row a case, as the facts that its cells state."""
