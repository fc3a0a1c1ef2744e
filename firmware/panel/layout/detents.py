"""Detents: the values on which a knob stops.

Frequencies, times, ratios and Q stop at preferred numbers, which contain the third-octave frequencies of ISO 266; levels stop
at multiples of 0.5 or 1 dB. So a sound can be written down and set again by hand. With the knob pushed, every step of the
parameter is reached.
"""

import bisect
import functools
import math

from firmware.contract import LOG, Param

#: The stops of one decade.
_FREQUENCY = (1.0, 1.1, 1.2, 1.25, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2.0, 2.2, 2.4, 2.5, 2.6, 2.8, 3.0, 3.15, 3.3, 3.5, 3.8, 4.0,
              4.2, 4.5, 4.8, 5.0, 5.3, 5.6, 6.0, 6.3, 6.5, 7.0, 7.5, 8.0, 8.5, 9.0, 9.5)  # fmt: skip
_FACTOR = (1.0, 1.2, 1.5, 1.8, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0)
_Q = (1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 7.1, 8.0, 9.0)
_RATIO = (
    1.0,
    1.1,
    1.2,
    1.3,
    1.4,
    1.5,
    1.6,
    1.7,
    1.8,
    1.9,
    2.0,
    2.2,
    2.5,
    2.8,
    3.0,
    3.5,
    4.0,
    4.5,
    5.0,
    6.0,
    7.0,
    8.0,
    9.0,
)
#: Multiples for linear parameters: by the whole id, or by its unit.
_MULTIPLES = {
    "limiter.ceiling_dbtp": 0.1,
    "limiter.hold_ms": 0.5,
    "limiter.lookahead_ms": 0.5,
    "limiter.release_ms": 10.0,
    "limiter.slow_release_ms": 50.0,
    "multiband.tilt_db": 0.5,
}
_BY_KEY = {"threshold_db": 1.0, "up_threshold_db": 1.0, "expand_threshold_db": 1.0, "dyn_threshold_db": 1.0, "range_db": 1.0,
           "expand_range_db": 1.0, "up_range_db": 1.0, "hold_ms": 5.0, "lookahead_ms": 0.5, "knee_db": 1.0}  # fmt: skip
_BY_UNIT = {"dB": 0.5, "dBTP": 0.1, "%": 5.0, "ms": 5.0, "dB/oct": 0.5}


def detent(param: Param, value: float, clicks: int, fine: bool = False, free: bool = False) -> float:
    """`value` after `clicks` of an encoder; clockwise is positive. The result is in the range of `param`.

    `fine` moves by the steps of the parameter. With `free`, frequencies move by twelfths of an octave from where they are,
    instead of stopping at preferred numbers.
    """
    if param.kind != "number":
        return float(min(max(round(value) + clicks, param.low), param.high))
    if fine or (free and param.unit == "Hz"):
        return param.nudge(value, clicks, fine=fine)
    if param.taper == LOG:
        stops = _stops(param)
        index = (
            bisect.bisect_right(stops, value * (1 + 1e-9))
            if clicks > 0
            else bisect.bisect_left(stops, value * (1 - 1e-9))
        )
        index += clicks - 1 if clicks > 0 else clicks
        return stops[min(max(index, 0), len(stops) - 1)]
    multiple = _multiple(param)
    places = value / multiple
    whole = math.floor(places + 1e-6) if clicks > 0 else math.ceil(places - 1e-6)
    return min(max(round((whole + clicks) * multiple, param.decimals), param.low), param.high)


def _multiple(param: Param) -> float:
    key = param.id.rpartition(".")[2]
    return max(param.step, _MULTIPLES.get(param.id) or _BY_KEY.get(key) or _BY_UNIT.get(param.unit) or param.detent)


@functools.cache
def _stops(param: Param) -> tuple[float, ...]:
    """All stops of a logarithmic parameter in its range, both ends included."""
    key = param.id.rpartition(".")[2]
    series = _FREQUENCY if param.unit == "Hz" else _Q if key == "q" else _RATIO if key.endswith("ratio") else _FACTOR
    stops = {param.low, param.high}
    if key == "q":
        stops.add(0.71)
    for decade in range(-2, 6):
        for number in series:
            value = round(number * 10.0**decade, 6)
            stepped = round(round(value / param.step) * param.step, param.decimals)
            if param.low <= stepped <= param.high and abs(stepped - value) < 1e-3 * value:
                stops.add(stepped)
    if key == "q":
        stops -= {0.7, 0.72}
    return tuple(sorted(stops))
