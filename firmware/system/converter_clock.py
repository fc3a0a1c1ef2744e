"""How far the clock of the converter is from that of the Pi."""

import time
from collections import deque

#: Frames are counted in periods, and the count is read some time after a period has ended. In each window of this length, in seconds, the
#: reading with the least delay counts.
WINDOW_S = 10.0
#: Nothing is said before this many windows, because the least delay varies.
LEAST_WINDOWS = 3
#: Windows that are kept: an hour.
MOST_WINDOWS = 360


class ConverterClock:
    """Compares the frames that the audio process has processed with the clock of the Pi, over up to an hour. `frames()` is their
    count and `breaks()` changes when frames are lost. [control]"""

    def __init__(self, rate_hz: int, frames, breaks, now=time.monotonic):
        self._rate_hz, self._frames, self._breaks, self._now = rate_hz, frames, breaks, now
        self._broken = breaks()
        #: (time in s, time minus the time of the frames by the nominal rate) of each window at the reading with the least delay.
        self._windows: deque[tuple[float, float]] = deque(maxlen=MOST_WINDOWS)
        self._least: tuple[float, float] | None = None
        self._until_s = 0.0

    def tick(self) -> None:
        """Take a reading. Call this several times a second."""
        if (broken := self._breaks()) != self._broken:
            self._broken, self._least = broken, None
            self._windows.clear()
        frames, now_s = self._frames(), self._now()
        if not frames:
            return
        if self._least is not None and now_s >= self._until_s:
            self._windows.append(self._least)
            self._least = None
        reading = (now_s, now_s - frames / self._rate_hz)
        if self._least is None:
            self._least, self._until_s = reading, now_s + WINDOW_S
        elif reading[1] < self._least[1]:
            self._least = reading

    @property
    def ppm(self) -> float | None:
        """By how many millionths the converter is faster than its nominal rate by the clock of the Pi; None until that is known."""
        if len(self._windows) < LEAST_WINDOWS:
            return None
        (first_s, first), (last_s, last) = self._windows[0], self._windows[-1]
        return -1e6 * (last - first) / (last_s - first_s)
