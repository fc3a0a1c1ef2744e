"""Traces: the recent past of the meters, for the pictures that show it."""

from collections import deque
from collections.abc import Mapping

import numpy as np

from dsp_ext.meters import FLOOR_DB

from .drawing import ROWS_PER_S

#: How long the traces are, in seconds.
LIMIT_S, LOUDNESS_S = 5.0, 600.0
#: Rows of the trace of the limiter per second.
LIMIT_ROWS_PER_S = 30


class Traces:
    """`add` meters as often as pictures are drawn. Rows are at even times, whatever the rate of the pictures is."""

    def __init__(self):
        self._limit: deque = deque(
            [(0.0, FLOOR_DB)] * round(LIMIT_S * LIMIT_ROWS_PER_S), round(LIMIT_S * LIMIT_ROWS_PER_S)
        )
        self._loudness: deque = deque(maxlen=round(LOUDNESS_S * ROWS_PER_S))
        self._rows: dict[str, int] = {}

    def add(self, meters: Mapping[str, float], now_s: float) -> None:
        """Note the meters of `now_s` (seconds of any clock)."""
        reduction = meters.get("gr_limiter_db", 0.0)
        peak = max(meters.get("out_peak_l_dbfs", FLOOR_DB), meters.get("out_peak_r_dbfs", FLOOR_DB))
        for _ in range(self._due("limit", now_s, LIMIT_ROWS_PER_S)):
            self._limit.append((reduction, peak))
        momentary = meters.get("out_momentary_lufs", FLOOR_DB)
        short_term = meters.get("out_short_lufs", FLOOR_DB)
        for _ in range(self._due("loudness", now_s, ROWS_PER_S)):
            self._loudness.append((momentary, short_term))

    def _due(self, name: str, now_s: float, per_s: int) -> int:
        """How many rows are due, at most as many as a trace holds."""
        row = int(now_s * per_s)
        last = self._rows.setdefault(name, row - 1)
        self._rows[name] = row
        return min(max(row - last, 0), 4 * per_s)

    @property
    def limit(self) -> np.ndarray:
        """Shape (rows, 2): gain reduction in dB and peak in dBFS, the newest last."""
        return np.array(self._limit).reshape(-1, 2)

    @property
    def loudness(self) -> np.ndarray:
        """Shape (rows, 2): momentary and short-term loudness in LUFS, the newest last."""
        return np.array(self._loudness).reshape(-1, 2)
