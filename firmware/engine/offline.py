"""OfflineRun: a run without a box. The same settings and kernels at the same frames give the same bits as on the box."""

from collections import deque
from collections.abc import Iterable

import numpy as np

from dsp_ext import Engine

from . import designer

#: Frames that the engine processes at once. The result does not depend on it.
BLOCK = 4096


class OfflineRun:
    """Processes files one after the other with one engine, in blocks of any length."""

    def __init__(self, rate_hz: int):
        """`rate_hz`: one of the rates of the engine, else ValueError."""
        self.engine = Engine(rate_hz, BLOCK)
        self._frame = 0
        self._events: deque[dict] = deque()

    def begin(self, values: dict[str, float], events: Iterable[dict] = ()) -> None:
        """Start at frame 0 with `values` (all parameters) in force and with no history of earlier files.

        Each event {"frame", "kind", "values"}, in the order of the frames, is applied before its frame is processed.
        """
        self.engine.reset()
        designer.begin(self.engine, values)
        self._frame = 0
        self._events = deque(events)

    def process(self, words: np.ndarray) -> None:
        """Process the next `words` (int32, shape (frames, 2)) in place."""
        done = 0
        while done < len(words):
            end = len(words)
            if self._events:
                end = min(end, max(self._events[0]["frame"] - self._frame, done))
            for start in range(done, end, BLOCK):
                self.engine.process_words(words[start : min(start + BLOCK, end)])
            done = end
            while self._events and self._events[0]["frame"] <= self._frame + done and done < len(words):
                event = self._events.popleft()
                designer.apply(self.engine, event["kind"], event["values"])
        self._frame += len(words)
