"""MeterReader: merges the meter rows that the engine writes every 10 ms, for readers of any rate. Also the newest spectra, and the
newest samples for a vectorscope."""

import numpy as np

from dsp_ext import Engine, Ring
from dsp_ext.meters import BANDS_HZ, FLOOR_DB
from firmware.engine import merged_meters

#: The rule by which several rows become one, of each meter (`firmware/contract/meter_rules.py`).
METER_RULES = dict(Engine.METERS)
_NAMES = tuple(name for name, _ in Engine.METERS)


#: The values before the first row: silence, and no gain reduction.
NOTHING = {name: FLOOR_DB if name.endswith(("_dbfs", "_dbtp", "_lufs")) else 0.0 for name in _NAMES}


class MeterReader:
    """A reader of a ring of meter rows. Each display or client has its own, so that none misses a peak."""

    def __init__(self, ring: Ring):
        self._ring = ring
        self._place = max(0, ring.written - 1)
        self._last = dict(NOTHING)

    def read(self) -> dict[str, float]:
        """Values by name (`Engine.METERS`) over the rows since the last call, merged by the rule of each meter: peaks by
        maximum, gain reduction by minimum, gains of EQ bands by the value furthest from 0.

        Without a new row the last values are returned again; "frame" is then unchanged.
        """
        rows, self._place = self._ring.since(self._place)
        if len(rows):
            self._last = merged_meters(rows)
        return dict(self._last)


class MeterRows:
    """Reads single columns of all rows of a ring of meters, for what must not merge them."""

    def __init__(self, ring: Ring, names: tuple[str, ...]):
        self._ring = ring
        self._columns = [_NAMES.index(name) for name in names]
        self._place = ring.written

    def read(self) -> np.ndarray:
        """The columns in the rows since the last call, shape (n, columns). Rows that were overwritten are missing."""
        rows, self._place = self._ring.since(self._place)
        return rows[:, self._columns]


def newest_spectra(ring: Ring) -> np.ndarray:
    """Levels in dB of `BANDS_HZ` in the newest row of a spectra ring, shape (2, bands): input, output. Silence before the
    first row."""
    rows, _ = ring.since(max(0, ring.written - 1))
    return _levels(rows[-1]) if len(rows) else np.full((2, len(BANDS_HZ)), FLOOR_DB)


def _levels(rows: np.ndarray) -> np.ndarray:
    """The levels in rows of a spectra ring, shape (..., 2, bands)."""
    bands = len(BANDS_HZ)
    return rows[..., 1 : 1 + 2 * bands].reshape(*rows.shape[:-1], 2, bands)


def newest_relations(ring: Ring) -> np.ndarray:
    """How left and right relate in `BANDS_HZ` at the output, from the newest row of a spectra ring, shape (2, bands): twice the cross
    power by the sum of the powers, and the difference of the powers by their sum, each from -1 to 1. 0 before the first row."""
    rows, _ = ring.since(max(0, ring.written - 1))
    return rows[-1, 1 + 2 * len(BANDS_HZ) :].reshape(2, -1) if len(rows) else np.zeros((2, len(BANDS_HZ)))


def newest_points(ring: Ring, seconds: float) -> np.ndarray:
    """Samples of the output from the last `seconds` of a scope ring, shape (points, 2): left and right, the newest last."""
    rows, _ = ring.since(max(0, ring.written - round(seconds * 100)))
    return rows[:, 1:].reshape(-1, 2)


def average_spectra(ring: Ring) -> np.ndarray:
    """Levels in dB of `BANDS_HZ`, averaged in power over all rows of a spectra ring, shape (2, bands): input, output. Silence
    before the first row."""
    rows, _ = ring.since(0)
    if not len(rows):
        return np.full((2, len(BANDS_HZ)), FLOOR_DB)
    return 10 * np.log10(np.mean(10 ** (_levels(rows) / 10), axis=0))
