"""MeterReader: merges the meter rows that the engine writes every 10 ms, for readers of any rate. Also the newest spectra."""

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


def newest_spectra(ring: Ring) -> np.ndarray:
    """Levels in dB of `BANDS_HZ` in the newest row of a spectra ring, shape (2, bands): input, output. Silence before the
    first row."""
    rows, _ = ring.since(max(0, ring.written - 1))
    return rows[-1, 1:].reshape(2, -1) if len(rows) else np.full((2, len(BANDS_HZ)), FLOOR_DB)


def average_spectra(ring: Ring) -> np.ndarray:
    """Levels in dB of `BANDS_HZ`, averaged in power over all rows of a spectra ring, shape (2, bands): input, output. Silence
    before the first row."""
    rows, _ = ring.since(0)
    if not len(rows):
        return np.full((2, len(BANDS_HZ)), FLOOR_DB)
    return 10 * np.log10(np.mean(10 ** (rows[:, 1:] / 10), axis=0)).reshape(2, -1)
