"""Feed: a thread that keeps the current state of a box ready for a live display, even if the box is unplugged for some time."""

import queue
import threading
import time
from collections.abc import Callable

from host_cli.errors import CliFail, LinkLost
from host_cli.presets import library

from .client import BoxClient
from .connect import RETRY_S, hold_box
from .preset_target import preset_target

#: Seconds between two spectra.
SPECTRUM_S = 0.1


class Feed:
    """The state of the box as attributes that any thread may read. Each is replaced as a whole and never changed in place.

    `frame`: meters (`BoxClient.meters`). `stale`: whether they have stopped. `values`: plain values by id. `state`,
    `presets`, `spectrum`: as `BoxClient` returns them. `target_lufs`: of the loaded preset, or None. `message`: the newest message for the user. `revision` grows when any
    of them except the meters and the spectrum changes.
    """

    def __init__(self, device: str | None, timeout_s: float, hz: float = 25.0):
        self._device, self._timeout_s, self._hz = device, timeout_s, hz
        self._actions: queue.Queue[Callable[[BoxClient], str | None]] = queue.Queue()
        self._stopping = threading.Event()
        self._ready = threading.Event()
        self._failure: CliFail | None = None
        self.table: dict = {}
        self.frame: dict[str, float] = {}
        self.stale = True
        self.values: dict = {}
        self.state = None
        self.presets: list = []
        self.spectrum: dict[str, list[float]] | None = None
        self.target_lufs: float | None = None
        self._target_of: str | None = None
        self.message = ""
        self.rate_hz = 48_000
        self.revision = 0
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)

    def __enter__(self):
        """Connect. Raises CliFail if that fails the first time."""
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise self._failure
        return self

    def __exit__(self, *_):
        self._stopping.set()
        self._thread.join()

    def do(self, action: Callable[[BoxClient], str | None]) -> None:
        """Have the thread call `action(box)` soon. Its result, or the reason for a refusal, becomes `message`."""
        self._actions.put(action)

    def set(self, id: str, plain) -> None:
        """Set one parameter. It is shown at once, and corrected if the box refuses it."""
        self.values = {**self.values, id: plain}
        self.revision += 1
        self.do(lambda box: self._change_text(id, box.set({id: plain})))

    def _change_text(self, id: str, change) -> str:
        param = self.table[id]
        return f"{id}  {library.shown(param, change.old[id])} → {library.shown(param, change.new[id])}"

    # -- the thread ----------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with hold_box(self._device, self._timeout_s) as box:
                    self._watch(box)
            except CliFail as why:
                if not self._ready.is_set():
                    self._failure = why
                    self._ready.set()
                    return
                self.stale = True
                self._show(str(why))
                self._stopping.wait(RETRY_S)

    def _watch(self, box: BoxClient) -> None:
        self.table = box.table
        self._refresh(box)
        self.rate_hz = box.info().info.get("rate_hz", 48_000)
        next_spectrum = 0.0
        for kind, payload in box.live(self._hz):
            self._ready.set()
            if self._stopping.is_set():
                return
            if kind == "m":
                self.frame, self.stale = payload, False
            elif kind == "stale":
                self.stale = True
            elif payload["values"]:
                self.values = {**self.values, **payload["values"]}
                self._take_state(box)
                self.revision += 1
            else:  # a change without values: a preset was saved
                self._refresh(box)
            self._do_actions(box)
            if time.monotonic() >= next_spectrum:
                next_spectrum = time.monotonic() + SPECTRUM_S
                self.spectrum = box.spectrum()

    def _refresh(self, box: BoxClient) -> None:
        self.values = box.get()
        self._target_of = None  # the preset may have been replaced
        self._take_state(box)
        self.presets = [row for row in box.presets() if not row.error]
        self.revision += 1

    def _take_state(self, box: BoxClient) -> None:
        self.state = box.state()
        if self.state.preset != self._target_of:
            self.target_lufs = preset_target(box, self.state.preset)
            self._target_of = self.state.preset

    def _do_actions(self, box: BoxClient) -> None:
        while not self._actions.empty():
            action = self._actions.get()
            try:
                self._show(action(box) or "")
            except LinkLost:
                raise
            except CliFail as why:
                self._refresh(box)
                self._show(str(why))

    def _show(self, message: str) -> None:
        self.message = message
        self.revision += 1
