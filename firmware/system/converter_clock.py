"""Measures how far the clock of the converter deviates from the clock of the Pi."""

import time
from collections import deque

#: Frames are counted in whole periods, and each reading of the count is delayed by an unknown part of a period. Of all readings in a
#: window of this length, in seconds, only the one with the shortest delay is used.
WINDOW_S = 10.0
#: There is no result before this number of windows, because the shortest delay varies from window to window.
LEAST_WINDOWS = 3
#: The number of windows that are kept: one hour.
MOST_WINDOWS = 360


class ConverterClock:
    """Compares the number of frames that the audio process has processed with the clock of the Pi, over up to an hour. `frames()`
    returns this number. The value of `breaks()` changes when frames are lost. [control]"""

    def __init__(self, rate_hz: int, frames, breaks, now=time.monotonic):
        self._rate_hz, self._frames, self._breaks, self._now = rate_hz, frames, breaks, now
        self._broken = breaks()
        #: For each window, its reading with the shortest delay: (time in s, time minus the duration of the frames at the nominal rate).
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
        """The deviation of the converter from its nominal rate, measured with the clock of the Pi, in parts per million. Positive values
        mean that the converter is too fast. None until it is known."""
        if len(self._windows) < LEAST_WINDOWS:
            return None
        (first_s, first), (last_s, last) = self._windows[0], self._windows[-1]
        return -1e6 * (last - first) / (last_s - first_s)
