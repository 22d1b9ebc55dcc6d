"""The reactions' process: what follows of itself, from history and from days, through the same door as people's
commands. Which reactions there are stands in `domain.reactions`; here they are run, and know no rule."""
