"""How the benches measure: CPU time of this process, ours and the peer's in turns, median of five.

Neither side pays for Python: `whole` gives a processor the whole sound, which it cuts into blocks itself, as compiled code
calls it; the peers' hosts cut in C.
"""

import time
from collections.abc import Callable
from statistics import median

import numpy as np

RUNS = 5
#: For the dearest of many blocks.
WORST_RUNS = 25


def ns_per_frame(frames: int, *works: Callable[[], None]) -> list[float]:
    """Median CPU time per frame of each of `works`, which all process `frames` frames. Each runs once before it is timed."""
    times = [[] for _ in works]
    for run in range(RUNS + 1):
        for work, found in zip(works, times, strict=True):
            start = time.process_time_ns()
            work()
            if run:
                found.append((time.process_time_ns() - start) / frames)
    return [median(found) for found in times]


def whole(processor, sound: np.ndarray) -> Callable[[], None]:
    """A work that gives `processor` a copy of `sound`, in blocks of its max_block."""
    buffer = np.empty_like(sound)

    def work():
        buffer[:] = sound
        processor.process(buffer)

    return work


def beside(peer, sound: np.ndarray) -> Callable[[], None]:
    """The same for a `peer`, which copies on its own."""
    out = np.empty_like(sound)
    return lambda: peer.process(sound, out)


def worst_block_ns(*works: Callable[[], np.ndarray]) -> list[float]:
    """The dearest block of each of `works`, which return the time of each block, the same blocks in each run. A block's
    time is its least in all runs: what else the machine does never hits the same block each time."""
    times = [[] for _ in works]
    for _ in range(WORST_RUNS):
        for work, found in zip(works, times, strict=True):
            found.append(work())
    return [float(np.min(found, axis=0).max()) for found in times]
