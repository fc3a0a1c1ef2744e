"""MidiPort: remote control by the raw MIDI bytes of a device, in a thread of its own.

It only sets the store, as the serial link and the panel do, and never waits for the other end: what a host does not read is
replaced by newer values.
"""

import contextlib
import logging
import os
import select
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from firmware.contract import MidiControl, MidiParser, ParamError, Wake, protocol
from firmware.presets import PresetError, PresetLibrary
from firmware.settings import Store
from firmware.system import IDLE_S

log = logging.getLogger(__name__)

#: The name of the sound card of the USB gadget's MIDI function, see `usb-gadget`.
CARD = "Burnish"
#: Time between attempts to open a device that does not exist, in seconds.
REOPEN_S = 1.0
#: Shortest time between two groups of messages about changes, in seconds.
FEEDBACK_S = 1 / 30


def usb_device(cards: Path = Path("/proc/asound"), devices: Path = Path("/dev/snd")) -> str:
    """The raw MIDI device of the USB connection; "" if the Linux kernel has no such card at present."""
    try:
        number = (cards / CARD).resolve().name.removeprefix("card")
    except OSError:
        return ""
    device = devices / f"midiC{number}D0"
    return str(device) if number.isdecimal() and device.exists() else ""


class MidiPort:
    """Serves the device whose path `find()` returns ("": none at present). A context manager with its own thread.

    `channel` is 1 to 16, or 0 for all; `controls` and `pickup`: see `MidiControl`.
    """

    def __init__(self, store: Store, presets: PresetLibrary, find: Callable[[], str], channel: int = 0,
                 controls: Mapping[int, str] | None = None, pickup: bool = False):  # fmt: skip
        self._store, self._presets, self._find = store, presets, find
        self._control = MidiControl(
            store.get, controls=controls, channel=channel - 1 if channel else None, pickup=pickup
        )
        self._changed: dict[str, float] = {}
        self._lock = threading.Lock()
        self._unsent = b""
        self._next_feedback = 0.0
        #: Increases while the thread runs, at least every IDLE_S.
        self.beats = 0
        self._stopping = False
        self._wake = Wake()
        self._thread = threading.Thread(target=self._run, name="midi", daemon=True)
        store.subscribe(self._on_change)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stopping = True
        self._wake()
        self._thread.join()
        self._wake.close()

    def _on_change(self, changed: dict, rev: int, source: str) -> None:
        with self._lock:
            self._changed.update(changed)
        self._wake()

    # -- the thread ----------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopping:
            self.beats += 1
            path = self._find()
            try:
                device = os.open(path, os.O_RDWR | os.O_NONBLOCK | getattr(os, "O_NOCTTY", 0)) if path else None
            except OSError as why:
                log.debug("%s: cannot be opened yet: %s", path, why)
                device = None
            if device is None:
                self._wait([], [], REOPEN_S)
                with self._lock:
                    self._changed.clear()
                continue
            try:
                self._serve(device)
            except OSError as why:
                log.info("%s: the MIDI port was closed (%s)", path, why)
                self._wait([], [], REOPEN_S)
            finally:
                os.close(device)

    def _wait(self, readers: list[int], writers: list[int], timeout_s: float) -> list[int]:
        """The descriptors of `readers` that are ready, after at most `timeout_s` and IDLE_S."""
        ready, _, _ = select.select([self._wake, *readers], writers, [], min(timeout_s, IDLE_S))
        self._wake.clear()
        return [one for one in ready if one is not self._wake]

    def _serve(self, device: int) -> None:
        parser, self._unsent = MidiParser(), b""
        while not self._stopping:
            self.beats += 1
            sends = self._changed and not self._unsent
            waits_s = max(0.0, self._next_feedback - time.monotonic()) if sends else IDLE_S
            if self._wait([device], [device] if self._unsent else [], waits_s):
                data = _read(device)
                if data is None:
                    raise OSError("end of file")
                for action in self._control.receive(parser.feed(data)):
                    self._do(action)
            self._send(device)

    def _do(self, action: dict[str, float] | int) -> None:
        """Set values, or load the preset of a slot. A refusal is one line in the log."""
        try:
            if isinstance(action, int):
                self._load(action)
            else:
                self._set(action)
        except (ParamError, PresetError) as why:
            log.info("MIDI: %s", why)
        except Exception:  # a fault must not end the remote control
            log.exception("a MIDI message failed")

    def _set(self, values: dict[str, float]) -> None:
        try:
            self._store.set_many(values, protocol.MIDI)
        except ParamError:
            for id, value in values.items():  # all others can be set
                try:
                    self._store.set_many({id: value}, protocol.MIDI)
                except ParamError as why:
                    log.info("MIDI: %s", why)
                    with self._lock:
                        self._changed[id] = self._store.get(id)  # the controller shows the value that stays

    def _load(self, program: int) -> None:
        entries = self._presets.slots.sort([entry for entry in self._presets.list() if not entry.error])
        if program >= len(entries):
            log.info("MIDI: there is no slot %d: the box has %d presets", program + 1, len(entries))
            return
        self._store.load_preset(self._presets.load(entries[program].slug), protocol.MIDI)

    def _send(self, device: int) -> None:
        """Send the messages about changes, at most every FEEDBACK_S, and not before the last ones have been read."""
        if self._changed and not self._unsent and time.monotonic() >= self._next_feedback:
            self._next_feedback = time.monotonic() + FEEDBACK_S
            with self._lock:
                changed, self._changed = self._changed, {}
            self._unsent = self._control.feedback(changed)
        if self._unsent:
            with contextlib.suppress(BlockingIOError):
                self._unsent = self._unsent[os.write(device, self._unsent) :]


def _read(device: int) -> bytes | None:
    """The bytes that have arrived; None at the end."""
    try:
        return os.read(device, 4096) or None
    except BlockingIOError:
        return b""
