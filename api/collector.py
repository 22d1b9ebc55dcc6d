"""The garbage collector of a process that keeps many states: it walks all of them to find what is rarely there."""

import gc

THRESHOLDS = (20_000, 5, 1_000)
"""Python's own are (700, 10, 10). What a command leaves behind is freed as it goes; walking a hundred thousand kept
events for the few cycles there are cost a fifth of the throughput, and the longest answers."""


def settle() -> None:
    """After start-up: what is there by now stays, and is looked through no more."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
