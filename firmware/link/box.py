"""The interface of the box that the link serves."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from firmware.presets import PresetLibrary
from firmware.settings import Learn, Store
from firmware.system import MeterReader


class Box(Protocol):
    """The box on which the methods of the link act. The control process implements it; tests use a box without processes."""

    store: Store
    presets: PresetLibrary
    rate_hz: int
    learn: Learn

    def meter_reader(self) -> MeterReader:
        """A new reader of the meters, so that no client misses a peak."""

    def spectra(self, average: bool = False) -> np.ndarray:
        """Levels in dB of input and output, shape (2, bands), in the bands of `dsp_ext.meters.BANDS_HZ`: the newest, or averages of
        the last 2.5 s. The input is delayed by the latency of the chain, so that both are of the same signal."""

    def relations(self) -> np.ndarray:
        """How left and right of the output relate in the bands of the spectra, shape (2, bands), from -1 to 1: see
        `firmware.system.newest_relations`."""

    def points(self, seconds: float) -> np.ndarray:
        """Samples of the output of the last `seconds`, shape (points, 2): left and right, the newest last."""

    def info(self) -> Mapping[str, str | int | float]:
        """Facts about the box: at least "version", "serial", "rate_hz" and "latency_frames"."""

    def counters(self) -> Mapping[str, int | float]:
        """Counters since the start, among them "xruns" and "load_pct". Booleans are 0 and 1."""
