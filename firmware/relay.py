"""The heartbeat of the bypass relays: while there are pulses, the relays connect the processor; without pulses they release to
bypass.

The supervisor calls `beat` while the audio process advances. A pin that is stuck high, stuck low or floating, a reset, a Linux
kernel that hangs, and a dead supervisor all end the pulses, and the charge pump (hardware/WIRING.md) releases the relays at
most `hold_max_ms` later. No "off" command is needed, so none can get lost.
"""

import time
from collections import deque

from gpiozero import OutputDevice

from firmware.system import Board


class Relay:
    """The heartbeat output. `pin_factory` is that of gpiozero; None means the Pi's. A context manager; closing releases."""

    def __init__(self, board: Board, pin_factory=None, clock=time.monotonic):
        self._clock = clock
        self._hold_s = board.relay.hold_max_ms / 1000
        #: Half a period of the heartbeat, in seconds: call `beat` this often.
        self.interval_s = 0.5 / board.relay.pulse_hz
        self._rises: deque[float] = deque(maxlen=board.relay.pull_in_pulses)
        self._device = OutputDevice(board[board.relay.pin].bcm, initial_value=False, pin_factory=pin_factory)

    def beat(self) -> None:
        """Output one edge."""
        self._device.toggle()
        if self._device.value:
            self._rises.append(self._clock())

    def release(self) -> None:
        """Stop the pulses at low level. The relays release after the hold time."""
        self._device.off()

    @property
    def engaged(self) -> bool:
        """Whether the relays should connect the processor, by a model of the charge pump with these pulses and the longest hold
        time."""
        now = self._clock()
        return (
            len(self._rises) == self._rises.maxlen
            and now - self._rises[-1] < self._hold_s
            and all(b - a < self._hold_s for a, b in zip(self._rises, list(self._rises)[1:], strict=False))
        )

    def close(self) -> None:
        """Stop the pulses and free the pin. It becomes an input, which the pull-down of the circuit keeps low."""
        self._device.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
