"""Screen: updates the display, in a thread of the control process."""

import logging
import threading
import time
from pathlib import Path

from .controller import PanelController
from .display import Display
from .view import View, make_view

log = logging.getLogger(__name__)

PICTURE_S = 1 / 15
#: Meters without a new frame for this long are shown as stale, in seconds.
STALE_S = 0.5
#: Time between two pictures of the simulated display in its file, in seconds.
SAVE_S = 1.0


class Screen:
    """Shows the state of `process` and `controller` on `display`, and saves the picture as `png` if given. A context manager."""

    def __init__(
        self, process, controller: PanelController, display: Display, png: Path | None = None, clock=time.monotonic
    ):
        self._process, self._controller, self._display, self._png, self._clock = (
            process,
            controller,
            display,
            png,
            clock,
        )
        self._meters = process.meter_reader()
        self._frame, self._moved_s, self._saved_s = -1.0, clock(), clock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="screen", daemon=True)

    def view(self) -> View:
        """The current view."""
        meters, now = self._meters.read(), self._clock()
        if meters["frame"] != self._frame:
            self._frame, self._moved_s = meters["frame"], now
        counted = self._process.counters()
        return make_view(
            self._process.store,
            self._controller,
            meters,
            stale=now - self._moved_s > STALE_S,
            load=counted["load_pct"] / 100,
            xruns=counted["xruns"],
            relay_fault=counted["relay_fault"],
            tasks_failing=len(self._process.ticks.failing),
        )

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(PICTURE_S):
            try:
                self._display.update(self.view())
                if self._png and self._clock() - self._saved_s >= SAVE_S:
                    self._saved_s = self._clock()
                    self._display.save(self._png)
            except Exception:  # a failing display must not stop the box
                log.exception("the display failed")
                self._stop.wait(SAVE_S)

    def close(self) -> None:
        """Stop the thread, save the last picture and switch the display off."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._png:
            self._display.save(self._png)
        self._display.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
