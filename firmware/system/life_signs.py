"""Life signs of the threads of the control process: a process with a stuck thread is restarted as a whole."""

import logging
import time
from collections.abc import Callable

log = logging.getLogger(__name__)

#: A thread beats at least this often while it has nothing to do, in seconds.
IDLE_S = 1.0
#: A thread that does not beat for this long is stuck, in seconds. It may wait for a slow card.
STUCK_S = 10.0


class LifeSigns:
    """Counters of threads, which increase while the threads run. [control]"""

    def __init__(self, clock=time.monotonic):
        self._clock = clock
        self._signs: dict[str, Callable[[], int]] = {}
        self._seen: dict[str, tuple[int, float]] = {}
        self._stuck: set[str] = set()

    def watch(self, name: str, beats: Callable[[], int]) -> None:
        """Watch the thread `name`; `beats()` is its counter."""
        self._signs[name] = beats
        self._seen[name] = (beats(), self._clock())

    def all_run(self) -> bool:
        """Whether every thread has beaten within STUCK_S. Call this several times a second."""
        now = self._clock()
        for name, beats in self._signs.items():
            count = beats()
            if count != self._seen[name][0]:
                self._seen[name] = (count, now)
                self._stuck.discard(name)
            elif now - self._seen[name][1] > STUCK_S and name not in self._stuck:
                self._stuck.add(name)
                log.error("the %s does not run any more: the control process will be restarted", name)
        return not self._stuck
