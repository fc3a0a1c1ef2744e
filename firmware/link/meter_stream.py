"""Meters as lines of integers: one header, then frames at two rates, as fast as the line allows."""

import math

from firmware.contract import LAST, params, protocol
from firmware.system import METER_RULES

#: Meters in every fast frame. The others, and the counters, are sent at SLOW_HZ.
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
#: These are fast as well if the line is fast enough for the requested rate.
FAST_IF_CARRIED = tuple(f"eq_b{n}_db" for n in range(1, params.EQ_BANDS + 1))
#: These are sent only if the line carries them, too, in fast frames.
ONLY_IF_CARRIED = tuple(f"level_b{n}_dbfs" for n in range(1, params.MULTIBAND_BANDS + 1))
SLOW_HZ = 2.0
#: Fraction of the line that meters may use, and the most characters of one integer: "-15000,".
SHARE, DIGITS = 0.45, 7
#: Sent instead of a value that is not a number: silence, in dB.
NO_VALUE = -150.0


def per_unit(name: str) -> int:
    """Integer steps per unit of the column `name`: 1 for counts, 100 for most, more where more precision is needed."""
    if name == "frame" or name.endswith("clips"):
        return 1
    if "_dc_" in name:
        return 1_000_000
    return 1000 if name.endswith("correlation") else 100


def integer(value: float, scale: int) -> int:
    """`value` in steps of 1/`scale`."""
    return round((value if math.isfinite(value) else NO_VALUE) * scale)


class MeterStream:
    """The meters of one subscription. `reader()` makes a MeterReader: there is one for each rate, so that no extreme is lost
    between slow frames. `counters()` returns the counters of the box."""

    def __init__(self, reader, counters, wanted_hz: float, bytes_per_s: int):
        self._reader, self._slow_reader = reader(), reader()
        self._counters = counters
        whole = list(self._reader.read())
        needed = [name for name in whole if name not in ONLY_IF_CARRIED]
        counts = {name: count for name, count in counters().items() if isinstance(count, (int, float))}
        self._counts = [(name, 100 if isinstance(count, float) else 1) for name, count in counts.items()]
        everything = FAST + FAST_IF_CARRIED + ONLY_IF_CARRIED
        for fast, names in ((everything, whole), (FAST + FAST_IF_CARRIED, needed), (FAST, needed)):
            carried_hz = _carried_hz(bytes_per_s, len(fast), len(names) - len(fast) + len(counts))
            if carried_hz >= wanted_hz:
                break
        self._fast = [(name, per_unit(name)) for name in fast]
        self._slow = [(name, per_unit(name)) for name in names if name not in fast]
        self._seq = 0
        self.header = protocol.Columns(
            hz=min(wanted_hz, carried_hz),
            slow_hz=SLOW_HZ,
            fast=["seq", *fast],
            fast_per_unit=[1] + [scale for _, scale in self._fast],
            slow=[name for name, _ in self._slow + self._counts],
            slow_per_unit=[scale for _, scale in self._slow + self._counts],
            fast_merge=[LAST, *(METER_RULES[name] for name in fast)],
            slow_merge=[METER_RULES.get(name, LAST) for name, _ in self._slow + self._counts],
        )

    def fast(self) -> bytes:
        """The line of the next fast frame, merged since the previous one."""
        values = self._reader.read()
        self._seq += 1
        return protocol.notification("m", [self._seq, *(integer(values[name], scale) for name, scale in self._fast)])

    def slow(self) -> bytes:
        """The line of the next slow frame: slow meters, merged since the previous one, and the current counters."""
        values, counts = self._slow_reader.read(), self._counters()
        row = [integer(values[name], scale) for name, scale in self._slow]
        row += [integer(counts.get(name, 0), scale) for name, scale in self._counts]
        return protocol.notification("s", row)


def _carried_hz(bytes_per_s: int, fast: int, slow: int) -> float:
    """The number of frames of `fast` columns per second that, together with the frames of `slow` columns, use SHARE of the
    line."""
    if not bytes_per_s:
        return math.inf
    empty = len(protocol.notification("m", []))
    slow_bytes = SLOW_HZ * (empty + DIGITS * slow)
    return math.floor((SHARE * bytes_per_s - slow_bytes) / (empty + DIGITS * (1 + fast)))
