"""Checks whether the bypass relays follow the heartbeat. The panel senses the current in their coils."""

import logging
import time

log = logging.getLogger(__name__)

#: Pull-in time, hold time and the scan of the panel take less than this in total, in seconds.
PATIENCE_S = 0.5
#: The mismatch must also last for this many scans: a quarter of those that the panel makes in this time if the machine is not
#: busy.
SCANS = 8

#: What to do about relays that do not follow.
BROKEN_RELAYS = "check Q1 to Q3, 5 V and the panel's ribbon cable"
#: The advice for simulated relays, which cannot break.
BUSY_HOST = "this computer is too busy to run the simulated panel in time; close other programs"


class RelayWatch:
    """`told()` returns whether the heartbeat should hold the relays, `sensed()` returns whether their coils carry current, and
    `scans()` returns how often the panel has sensed them. While the panel does not scan, because the machine is busy or has just
    started, there is no alarm. [control]"""

    def __init__(self, told, sensed, scans, clock=time.monotonic, *, advice: str = BROKEN_RELAYS):
        self._told, self._sensed, self._scans, self._clock = told, sensed, scans, clock
        self._advice = advice
        self._last_told = bool(told())
        self._since_s, self._since_scans = clock(), scans()
        #: True after `told` and `sensed` have differed for longer than PATIENCE_S and for SCANS scans.
        self.fault = False

    def tick(self) -> None:
        """Compare the two. Call this several times a second."""
        told, sensed = bool(self._told()), bool(self._sensed())
        if told == sensed:
            self.fault = False
        if told == sensed or told != self._last_told:
            self._last_told, self._since_s, self._since_scans = told, self._clock(), self._scans()
            return
        late = self._clock() - self._since_s > PATIENCE_S and self._scans() - self._since_scans >= SCANS
        if late and not self.fault:
            self.fault = True
            state = (
                "stay in bypass although they are held"
                if told
                else "still connect the processor although they are released"
            )
            log.error("the bypass relays %s: %s", state, self._advice)
