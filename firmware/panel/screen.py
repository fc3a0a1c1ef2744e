"""Screen: makes the view of the box and updates the display with it, in a thread of the control process."""

import logging
import math
import threading
import time
from pathlib import Path

from .display import Display
from .drawing import PanelView
from .operation import PanelController
from .traces import Traces

log = logging.getLogger(__name__)

PICTURE_S = 1 / 30
#: After a turn or a key the next picture does not wait for its time, but two pictures are at least this far apart, in seconds.
#: A turn is seen at the latest after a scan (17 ms), the picture that is being drawn and sent, this pause, and the picture that shows
#: it; tests/firmware/panel/test_latency.py measures the sum.
SOONEST_S = 0.010
#: The vectorscope shows the samples of the last so many seconds.
SCOPE_S = 0.2
#: Meters without a new frame for this long are shown as stale, in seconds.
STALE_S = 0.5
#: Time between two pictures of the simulated display in its file, in seconds.
SAVE_S = 1.0
#: A display may lose its picture unnoticed, because it says nothing: so often it gets a whole one, in seconds.
REFRESH_S = 5.0


class Screen:
    """Shows the state of `process` and `controller` on `display`, and saves the picture as `png` if given. `on_picture` is called with
    each picture that differs from the last. A context manager."""

    def __init__(
        self, process, controller: PanelController, display: Display, png: Path | None = None, clock=time.monotonic,
        on_picture=None,
    ):  # fmt: skip
        self._process, self._controller, self._display, self._png, self._clock = (
            process,
            controller,
            display,
            png,
            clock,
        )
        self._on_picture = on_picture
        self._meters = process.meter_reader()
        self._traces = Traces()
        self._frame, self._moved_s, self._saved_s, self._refreshed_s = -1.0, clock(), clock(), clock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="screen", daemon=True)

    def view(self) -> PanelView:
        """The current view."""
        meters, now = self._meters.read(), self._clock()
        if meters["frame"] != self._frame:
            self._frame, self._moved_s = meters["frame"], now
        meters = {name: value for name, value in meters.items() if math.isfinite(value)}  # silence may be -inf
        self._traces.add(meters, now)
        counted, store = self._process.counters(), self._process.store
        return PanelView(
            face=self._controller.face(),
            values=store.snapshot(),
            rate_hz=self._process.rate_hz,
            preset=store.preset_name or "",
            edited=store.edited,
            ab=store.ab,
            meters=meters,
            stale=now - self._moved_s > STALE_S,
            spectra=self._process.spectra(),
            relations=self._process.relations(),
            points=self._process.points(SCOPE_S),
            limit_trace=self._traces.limit,
            loudness_trace=self._traces.loudness,
            load=counted["load_pct"] / 100,
            xruns=counted["xruns"],
            relay_fault=counted["relay_fault"],
            tasks_failing=len(self._process.ticks.failing),
        )

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def show(self) -> None:
        """Draw one picture and send it if it has changed."""
        now = self._clock()
        if now - self._refreshed_s >= REFRESH_S:
            self._refreshed_s = now
            self._display.refresh()
        if self._display.update(self.view()) and self._on_picture:
            self._on_picture(self._display.picture)
        if self._png and now - self._saved_s >= SAVE_S:
            self._saved_s = now
            self._display.save(self._png)

    def _run(self) -> None:
        while not self._stop.wait(SOONEST_S):
            self._controller.moved.wait(PICTURE_S - SOONEST_S)
            self._controller.moved.clear()
            try:
                self.show()
            except Exception:  # a failing display must not stop the box
                log.exception("the display failed")
                self._stop.wait(SAVE_S)

    def close(self) -> None:
        """Stop the thread, save the last picture and switch the display off."""
        self._stop.set()
        self._controller.moved.set()  # so that the thread need not wait for the time of its next picture
        if self._thread.is_alive():
            self._thread.join()
        if self._png:
            self._display.save(self._png)
        self._display.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
