"""MeterReader: the engine's 10 ms meter rows, merged for whoever shows them at his own pace, and its newest spectra."""

import numpy as np

from dsp_ext import Engine, Ring
from dsp_ext.meters import BANDS_HZ, FLOOR_DB

#: The rule by which several rows become one, of each meter (`firmware/contract/meter_rules.py`).
METER_RULES = dict(Engine.METERS)
_NAMES = tuple(name for name, _ in Engine.METERS)


def _furthest(rows: np.ndarray, axis: int) -> np.ndarray:
    """The values that are furthest from 0, with their sign."""
    return np.take_along_axis(rows, np.argmax(np.abs(rows), axis=axis, keepdims=True), axis).squeeze(axis)


_MERGE = {"max": np.max, "min": np.min, "furthest": _furthest}
_COLUMNS = {how: [i for i, (_, merge) in enumerate(Engine.METERS) if merge == how] for how in _MERGE}

#: What is shown before the first row: silence, and no gain reduction.
NOTHING = {name: FLOOR_DB if name.endswith(("_dbfs", "_dbtp", "_lufs")) else 0.0 for name in _NAMES}


class MeterReader:
    """One reader of a meter ring. Each display or client has its own, so that none takes a peak from another."""

    def __init__(self, ring: Ring):
        self._ring = ring
        self._place = max(0, ring.written - 1)
        self._last = dict(NOTHING)

    def read(self) -> dict[str, float]:
        """Name to value (`Engine.METERS`) over the rows since the last call: peaks by maximum, reductions by minimum, changes
        of gain by the one furthest from 0.

        Where there is no new row, the last values again: "frame" then stands still.
        """
        rows, self._place = self._ring.since(self._place)
        if len(rows):
            merged = rows[-1].copy()
            for how, columns in _COLUMNS.items():
                merged[columns] = _MERGE[how](rows[:, columns], axis=0)
            self._last = dict(zip(_NAMES, merged.tolist(), strict=True))
        return dict(self._last)


def newest_spectra(ring: Ring) -> np.ndarray:
    """Levels in dB of `BANDS_HZ` in the newest row of a spectra ring, shape (2, bands): input, output. Silence before the
    first row."""
    rows, _ = ring.since(max(0, ring.written - 1))
    return rows[-1, 1:].reshape(2, -1) if len(rows) else np.full((2, len(BANDS_HZ)), FLOOR_DB)
