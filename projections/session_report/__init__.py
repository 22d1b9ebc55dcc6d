"""届次办理情况: the figures a government publishes about a session."""
