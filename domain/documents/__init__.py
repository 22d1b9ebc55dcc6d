"""Files that people write for the system, in TOML: read, placed line by line, judged whole. Text comes in, faults go
out; who opens the files is no concern of this package."""
