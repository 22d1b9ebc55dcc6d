"""A made-up city that hands in, handles and answers proposals by the same commands and rules as people.

`figures` says how often what happens; `people`, `rules` and `place` make the city; `texts.toml`, `points.toml`,
`subjects.toml` and `words.toml` hold what it writes, `matter` and `letter` what of it belongs to one case. `session`
tells its years, `life` one case through `admission`, `assignment`, `handling`, `reply`, `feedback` and `aftermath`,
with `supervision` beside; `run` decides them in memory, in the order of their days, and appends them.
"""
