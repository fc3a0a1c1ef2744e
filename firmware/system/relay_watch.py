"""Checks whether the bypass relays follow the heartbeat. The panel senses the current in their coils."""

import logging
import time

log = logging.getLogger(__name__)

#: Pull-in, hold time and the scan of the panel together take less than this, in seconds.
PATIENCE_S = 0.5


class RelayWatch:
    """`told()` tells whether the heartbeat should hold the relays, `sensed()` whether their coils carry current. [control]"""

    def __init__(self, told, sensed, clock=time.monotonic):
        self._told, self._sensed, self._clock = told, sensed, clock
        self._agreed_s = clock()
        #: True while they have disagreed for longer than `PATIENCE_S`.
        self.fault = False

    def tick(self) -> None:
        """Call several times a second."""
        told, now = bool(self._told()), self._clock()
        if told == bool(self._sensed()):
            self._agreed_s, self.fault = now, False
        elif now - self._agreed_s > PATIENCE_S and not self.fault:
            self.fault = True
            state = (
                "stay in bypass although they are held" if told else "stay on the processor although they are released"
            )
            log.error("the bypass relays %s: check Q1 to Q3, 5 V and the panel's ribbon cable", state)
