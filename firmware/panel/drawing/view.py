"""PanelView: everything that a picture of the display shows. The pictures are pure functions of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from dsp_ext.meters import BANDS_HZ, FLOOR_DB
from firmware.contract import protocol
from firmware.panel.operation import Face


def _silence() -> np.ndarray:
    return np.full((2, len(BANDS_HZ)), FLOOR_DB)


def _unrelated() -> np.ndarray:
    return np.zeros((2, len(BANDS_HZ)))


def _nothing() -> np.ndarray:
    return np.zeros((0, 2))


@dataclass(frozen=True)
class PanelView:
    """`values` are all parameters, floats by id; `meters` has the columns of `Engine.METERS`. `stale`: no new values arrive.

    `spectra` are levels in dB, shape (2, bands): input, output; `relations` says how left and right of the output relate in the same
    bands (`firmware.system.newest_relations`). `points` are samples of the output, shape (n, 2): left and right, the newest last.
    `limit_trace` has a row (gain reduction in dB, peak of the output in dBFS) for each picture of the last 5 s, `loudness_trace` a
    row (momentary, short-term in LUFS) for each 0.25 s of the last 10 minutes, both with the newest at the end.

    `load` is the processing time of the last block divided by its duration; `xruns` is the count since the start.
    `relay_fault`: the bypass relays do not follow the heartbeat. `tasks_failing`: regular tasks of the control process whose
    last call failed.
    """

    face: Face
    values: Mapping[str, float]
    rate_hz: float = 48000
    preset: str = ""
    edited: bool = False
    ab: str = "a"
    meters: Mapping[str, float] = field(default_factory=dict)
    stale: bool = False
    spectra: np.ndarray = field(default_factory=_silence)
    relations: np.ndarray = field(default_factory=_unrelated)
    points: np.ndarray = field(default_factory=_nothing)
    limit_trace: np.ndarray = field(default_factory=_nothing)
    loudness_trace: np.ndarray = field(default_factory=_nothing)
    load: float = 0.0
    xruns: int = 0
    relay_fault: bool = False
    tasks_failing: int = 0

    @property
    def warnings(self) -> tuple[str, ...]:
        """The warnings to display, the most severe first."""
        found = ["RELAY"] if self.relay_fault else []
        if self.tasks_failing:
            found.append("FAULT")
        if self.xruns:
            found.append(f"XRUN {self.xruns}")
        if self.load > protocol.OVERLOAD_PCT / 100:
            found.append(f"LOAD {self.load * 100:.0f}%")
        return tuple(found)

    def on(self, id: str) -> bool:
        """Whether the switch `id` is on."""
        return bool(self.values[id])

    def meter(self, name: str, silent: float = FLOOR_DB) -> float:
        """The value of a meter; `silent` where there is none."""
        return self.meters.get(name, silent)
