"""Measures the CPU time of this process. Burnish and the compared program run alternately, five times each, and the median
counts.

Calls from Python are not part of the time: `whole` passes the complete sound to a processor, which cuts it into blocks
itself in compiled code. The hosts of the compared programs cut it in C.
"""

import time
from collections.abc import Callable
from statistics import median

import numpy as np

RUNS = 5
#: Number of runs in which the most expensive block is searched.
WORST_RUNS = 25


def ns_per_frame(frames: int, *works: Callable[[], None]) -> list[float]:
    """The median CPU time per frame of each of `works`, which all process `frames` frames. Each runs once before it is
    timed."""
    times = [[] for _ in works]
    for run in range(RUNS + 1):
        for work, found in zip(works, times, strict=True):
            start = time.process_time_ns()
            work()
            if run:
                found.append((time.process_time_ns() - start) / frames)
    return [median(found) for found in times]


def whole(processor, sound: np.ndarray) -> Callable[[], None]:
    """A function that passes a copy of `sound` to `processor`, in blocks of its max_block."""
    buffer = np.empty_like(sound)

    def work():
        buffer[:] = sound
        processor.process(buffer)

    return work


def beside(peer, sound: np.ndarray) -> Callable[[], None]:
    """The same for the compared program `peer`, which copies the sound itself."""
    out = np.empty_like(sound)
    return lambda: peer.process(sound, out)


def worst_block_ns(*works: Callable[[], np.ndarray]) -> list[float]:
    """The time of the most expensive block of each of `works`, which return the time of each block, for the same blocks in
    each run. The time of a block is its minimum over all runs, because other work of the machine never hits the same block
    each time."""
    times = [[] for _ in works]
    for _ in range(WORST_RUNS):
        for work, found in zip(works, times, strict=True):
            found.append(work())
    return [float(np.min(found, axis=0).max()) for found in times]
