"""Reference: the curve and the loudness of a recording, to draw behind live spectra."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from host_cli.errors import CliFail

from .recording import Recording, read
from .spectra import CENTRES_HZ, decibels


@dataclass(frozen=True)
class Reference:
    """`db`: the power at `hz`, smoothed to thirds of an octave, in the unit of the box's spectra: per sixth of an octave, 0 dB for a
    full-scale sine in both channels (`dsp_ext.meters.BANDS_HZ`). Only the passages that count for the loudness count here."""

    name: str
    hz: tuple[float, ...]
    db: tuple[float, ...]
    lufs: float


def reference_of(recording: Recording) -> Reference:
    """The reference in a recording. Raises CliFail if its loudness cannot be measured."""
    if recording.lufs is None:
        raise CliFail(
            f"{recording.name} is silent or shorter than 0.4 s: give a reference whose loudness can be measured"
        )
    # Twice the mean square of mid and side is the sum of both channels' squares, which is 1 for full-scale sines; half of the
    # power of a third of an octave is that of a sixth.
    power = recording.passages.power.sum(axis=0)
    known = power > 0
    levels = np.round(decibels(power[known]), 2)
    return Reference(
        recording.name, tuple(CENTRES_HZ[known].tolist()), tuple(levels.tolist()), round(recording.lufs, 1)
    )


def read_reference(path: Path) -> Reference:
    """The reference in a file with one or two channels and any sampling rate that the meter measures. Raises CliFail."""
    return reference_of(read(path, reference=True))
