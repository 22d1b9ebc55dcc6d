"""HTTP and command line: who asks, what they may, and nothing of the rules themselves."""
