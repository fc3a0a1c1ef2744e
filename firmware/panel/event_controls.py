"""Knobs and keys through the kernel's input layer, as a second backend beside gpiozero. [control]

The kernel's `rotary-encoder` driver decodes the phases in its interrupt handlers, so a busy process loses no detent. Each encoder has
an axis of its own: knob n reports on axis n - 1. In config.txt, for knob 1 of hardware/board.toml:

    dtoverlay=rotary-encoder,pin_a=5,pin_b=4,relative_axis=1,linux_axis=0,steps-per-period=1

Keys of `gpio-keys` may replace or add to those on the shift registers: `KEY_CODES` has their codes. The switches on the shift
registers are scanned as with the other backend.
"""

import contextlib
import logging
import os
import struct
from collections.abc import Iterable
from pathlib import Path

import msgspec

from firmware.system import Board

from .controls import PanelControls
from .operation import PanelController

log = logging.getLogger(__name__)

#: struct input_event of <linux/input.h>: seconds, microseconds, type, code, value.
EVENT = struct.Struct("@llHHi")
EV_KEY, EV_REL = 1, 2
#: Codes of `gpio-keys` (KEY_F13 to KEY_F24, KEY_F1 and so on for the pushes), by the names of the switches.
KEY_CODES = {
    183 + place: name
    for place, name in enumerate(
        ("EQ", "DYN", "STEREO", "COLOUR", "LIMIT", "METER", "AB", "BYPASS", "PRESET", "LOCK", "SHIFT", "UNDO")
    )
} | {59 + knob: f"PUSH{knob + 1}" for knob in range(6)}
_INPUT = Path("/dev/input")
_READ_BYTES = EVENT.size * 256


def input_devices(folder: Path = _INPUT) -> list[Path]:
    """The event devices of the kernel. Those that report something else are read and ignored."""
    return sorted(folder.glob("event*"))


class EventControls(PanelControls):
    """As PanelControls, with encoders (and keys, if there are any) from the event devices `paths`."""

    def __init__(self, board: Board, controller: PanelController, paths: Iterable[Path], pin_factory=None):
        self._axes = len(board.encoder)
        self._open: dict[int, bytes] = {}  # descriptor: the beginning of an event that is not complete yet
        super().__init__(msgspec.structs.replace(board, encoder=[]), controller, pin_factory)
        for path in paths:
            try:
                self._open[os.open(path, os.O_RDONLY | os.O_NONBLOCK)] = b""
            except OSError as error:
                log.warning("cannot read %s: %s", path, error.strerror)

    def pump(self) -> None:
        """One round: the events so far, then as PanelControls."""
        for descriptor in list(self._open):
            self._read(descriptor)
        super().pump()

    def _read(self, descriptor: int) -> None:
        try:
            data = os.read(descriptor, _READ_BYTES)
        except BlockingIOError:
            return
        except OSError as error:  # unplugged
            log.warning("an input device has gone: %s", error.strerror)
            self._forget(descriptor)
            return
        data = self._open[descriptor] + data
        whole = len(data) - len(data) % EVENT.size
        self._open[descriptor] = data[whole:]
        for _, _, kind, code, value in EVENT.iter_unpack(data[:whole]):
            if kind == EV_REL and code < self._axes:
                self._controller.turn(code + 1, value)
            elif kind == EV_KEY and code in KEY_CODES and value in (0, 1):  # 2 is the repetition of a held key
                (self._controller.press if value else self._controller.release)(KEY_CODES[code])

    def _forget(self, descriptor: int) -> None:
        del self._open[descriptor]
        with contextlib.suppress(OSError):
            os.close(descriptor)

    def close(self) -> None:
        """Stop the thread, free the pins, close the devices."""
        super().close()
        for descriptor in list(self._open):
            self._forget(descriptor)
