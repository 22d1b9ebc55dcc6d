"""Reading and writing the history: the event store, on PostgreSQL."""
