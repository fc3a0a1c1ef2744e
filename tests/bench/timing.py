"""How the benches measure: CPU time of this process, ours and the peer's in turns, median of five."""

import time
from collections.abc import Callable
from statistics import median

RUNS = 5


def ns_per_frame(frames: int, *works: Callable[[], None]) -> list[float]:
    """Median CPU time per frame of each of `works`, which all process `frames` frames. One run of each goes before."""
    times = [[] for _ in works]
    for run in range(RUNS + 1):
        for work, found in zip(works, times, strict=True):
            start = time.process_time_ns()
            work()
            if run:
                found.append((time.process_time_ns() - start) / frames)
    return [median(found) for found in times]
