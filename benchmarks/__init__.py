"""Speed, in ratios: each measure beside the `eventsourcing` library doing the same work on the same server."""
