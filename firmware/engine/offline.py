"""OfflineRun: a run without a box. The same settings and kernels at the same frames give the same bits as on the box."""

from collections import deque
from collections.abc import Iterable, Iterator

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
        """Start at frame 0 with the settings `values` (all parameters), without the history of earlier files.

        Each event {"frame", "kind", "values"}, in the order of the frames, is applied before its frame is processed.
        """
        self.engine.reset()
        designer.begin(self.engine, values)
        self._frame = 0
        self._events = deque(events)

    def process(self, block: np.ndarray) -> None:
        """Process the next `block` (float32, shape (2, frames), full scale ±1) in place."""
        for start, end in self._pieces(block.shape[1]):
            piece = np.ascontiguousarray(block[:, start:end])
            self.engine.process(piece)
            block[:, start:end] = piece

    def process_words(self, words: np.ndarray) -> None:
        """Process the next `words` (int32, shape (frames, 2)) in place."""
        for start, end in self._pieces(len(words)):
            self.engine.process_words(words[start:end])

    def _pieces(self, frames: int) -> Iterator[tuple[int, int]]:
        """The pieces (start, end) of the next `frames`, between which the events are applied."""
        done = 0
        while done < frames:
            while self._events and self._events[0]["frame"] <= self._frame + done:
                event = self._events.popleft()
                designer.apply(self.engine, event["kind"], event["values"])
            end = min(frames, done + BLOCK)
            if self._events:
                end = min(end, self._events[0]["frame"] - self._frame)
            yield done, end
            done = end
        self._frame += frames
