"""A made-up city that hands in, handles and answers proposals by the same commands and rules as people.

`figures` says how often what happens; `place` makes the city; `session`, `admission`, `assignment`, `reply` and
`aftermath` tell lives as commands; `run` decides them in memory, in the order of their days, and appends them.
"""
