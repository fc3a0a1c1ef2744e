"""Meters as lines of integers: a header once, then frames at two speeds, as fast as the line can carry."""

import math

from . import protocol

#: What moves fast enough for every frame. The rest, and the counters, come at SLOW_HZ.
FAST = (
    "in_peak_l_dbfs",
    "in_peak_r_dbfs",
    "out_peak_l_dbfs",
    "out_peak_r_dbfs",
    "out_tp_l_dbtp",
    "out_tp_r_dbtp",
    "out_momentary_lufs",
    "out_short_lufs",
    "gr_b1_db",
    "gr_b2_db",
    "gr_b3_db",
    "gr_b4_db",
    "gr_b5_db",
    "gr_limiter_db",
)
SLOW_HZ = 2.0
#: Part of the line that meters may take, and what an integer takes of it at most: "-15000,".
SHARE, DIGITS = 0.45, 7
#: What stands for a value that is not a number: silence, in dB.
NO_VALUE = -150.0


def per_unit(name: str) -> int:
    """How many steps an integer makes per unit of that column: centi-units unless it counts, or needs more."""
    if name == "frame" or name.endswith("clips"):
        return 1
    if "_dc_" in name:
        return 1_000_000
    return 1000 if name.endswith("correlation") else 100


def integer(value: float, scale: int) -> int:
    """`value` in steps of 1/`scale`."""
    return round((value if math.isfinite(value) else NO_VALUE) * scale)


class MeterStream:
    """One subscription. `reader` merges what it has not shown yet; `counters()` gives the box's counters."""

    def __init__(self, reader, counters, wanted_hz: float, bytes_per_s: int):
        self._reader = reader
        self._counters = counters
        self._values = reader.read()
        slow = [name for name in self._values if name not in FAST]
        counts = {name: count for name, count in counters().items() if isinstance(count, (int, float))}
        self._counts = [(name, 100 if isinstance(count, float) else 1) for name, count in counts.items()]
        self._slow = [(name, per_unit(name)) for name in slow]
        self._seq = 0
        self.header = protocol.Columns(
            hz=min(wanted_hz, self._carried_hz(bytes_per_s)),
            slow_hz=SLOW_HZ,
            fast=["seq", *FAST],
            fast_per_unit=[1] + [per_unit(name) for name in FAST],
            slow=[name for name, _ in self._slow + self._counts],
            slow_per_unit=[scale for _, scale in self._slow + self._counts],
        )

    def _carried_hz(self, bytes_per_s: int) -> float:
        """Fast frames a second that leave the line SHARE full, slow ones included."""
        if not bytes_per_s:
            return math.inf
        empty = len(protocol.notification("m", []))
        slow = SLOW_HZ * (empty + DIGITS * (len(self._slow) + len(self._counts)))
        return math.floor((SHARE * bytes_per_s - slow) / (empty + DIGITS * (1 + len(FAST))))

    def fast(self) -> bytes:
        """The line of the next fast frame: extremes since the one before."""
        self._values = self._reader.read()
        self._seq += 1
        values = (integer(self._values.get(name, math.nan), per_unit(name)) for name in FAST)
        return protocol.notification("m", [self._seq, *values])

    def slow(self) -> bytes:
        """The line of the next slow frame: what the last fast one saw of the slower meters, and the counters now."""
        counts = self._counters()
        row = [integer(self._values[name], scale) for name, scale in self._slow]
        row += [integer(counts.get(name, 0), scale) for name, scale in self._counts]
        return protocol.notification("s", row)
