"""The times at which the extremes of a recording occur, and its RMS levels."""

import numpy as np

from .traces import psr_db

#: Length of the windows of the RMS levels, in seconds.
RMS_WINDOW_S = 0.05
_FLOOR = 1e-10


def moments(found: dict) -> dict[str, float]:
    """The times in seconds of the highest true peak, of the highest momentary and short-term loudness, and of the lowest PSR. The keys
    are the names of the rows of `rows.rows`. Values that were not measured are left out."""
    history = found["history"]
    psr = psr_db(history["tp_dbtp"], history["short_lufs"])
    wanted = {
        "highest short-term": (found["max_short_lufs"], history["short_lufs"], np.nanargmax),
        "highest momentary": (found["max_momentary_lufs"], history["momentary_lufs"], np.nanargmax),
        "true peak": (found["max_tp_dbtp"], history["tp_dbtp"], np.nanargmax),
        "lowest peak to short-term (PSR)": (found["min_psr_db"], psr, np.nanargmin),
    }
    return {
        name: float(history["seconds"][extreme(column)])
        for name, (value, column, extreme) in wanted.items()
        if value is not None and np.isfinite(column).any()
    }


def rms_rows(samples: np.ndarray, rate_hz: int) -> list[tuple[str, str]]:
    """RMS levels of `samples` (shape (channels, frames)) as (name, text): the level of the whole recording for each of the first two
    channels, and the highest level of a window. A full-scale sine has -3.0 dBFS."""
    square = np.mean(np.square(samples[:2], dtype=np.float64), axis=1)
    length = max(1, round(RMS_WINDOW_S * rate_hz))
    starts = np.arange(0, max(1, samples.shape[1] - length + 1), length)
    # One channel at a time, because the squares of a long recording need much memory.
    sums = [np.add.reduceat(np.square(channel, dtype=np.float64), starts) for channel in samples[:2]]
    sizes = np.diff(np.append(starts, samples.shape[1]))
    highest = np.max(np.array(sums) / sizes, axis=0)
    at = int(np.argmax(highest))
    whole = ", ".join(_db(value) for value in square)
    return [
        ("RMS left, right" if len(square) > 1 else "RMS", f"{whole} dBFS"),
        (f"highest RMS of {1000 * RMS_WINDOW_S:g} ms", f"{_db(highest[at])} dBFS at {clock(starts[at] / rate_hz)}"),
    ]


def with_moments(listed: list[tuple[str, str]], found: dict) -> list[tuple[str, str]]:
    """The rows `listed` with the times of the extremes after their values."""
    times = moments(found)
    return [(name, f"{text} at {clock(times[name])}" if name in times else text) for name, text in listed]


def clock(seconds: float) -> str:
    """A time as minutes and seconds: 1:02.5."""
    tenths = round(10 * seconds)
    return f"{tenths // 600}:{tenths % 600 / 10:04.1f}"


def _db(square: float) -> str:
    return f"{10 * np.log10(max(square, _FLOOR)):.2f}"
