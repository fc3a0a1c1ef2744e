"""The benchmark of matching: a song is divided into halves A and B; A is damaged; B is the reference; undamaged A is the truth.

The figures follow the usual definitions: tone is the long-term power in thirds of an octave from 31 Hz to 16 kHz without its level
(the median of the differences), loudness that of ITU-R BS.1770, the true peak that of eight times the rate, PLR the true peak minus
the loudness, width the energy of the side relative to that of the mid, and the share of the side its part of the energy of both.
"""

from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np
import soundfile
from scipy import signal

from dsp_ext.meters import measure
from tests.support.songs import song

RATE_HZ = 44100
#: Length of a half, in seconds.
HALF_S = 20.0
#: Damages: (change of the tone in dB at 100 Hz, which is the opposite at 10 kHz; factor of the side; factor of the level).
DAMAGES = {"dull and narrow": (5.0, 0.6, 0.35), "thin and wide": (-5.0, 1.5, 0.35)}
_CENTRES_HZ = 1000 * 2.0 ** (np.arange(-15, 13) / 3)


@dataclass(frozen=True)
class Case:
    """Float64 samples, shape (frames, 2): the truth, the damaged mix, the reference."""

    name: str
    truth: np.ndarray
    mix: np.ndarray
    reference: np.ndarray

    @cached_property
    def known(self) -> dict:
        """What is measured on the truth and the reference, once."""
        return {"tone": _tone_db(self.truth), "width": _width_db(self.truth), "truth": _loudness_and_peak(self.truth),
                "reference_lufs": measure(self.reference.T, RATE_HZ)["integrated_lufs"]}  # fmt: skip


@dataclass(frozen=True)
class Errors:
    """Distances of a recording from the truth, except `reference_lu` (from the loudness of the reference) and `true_peak_dbtp`."""

    tone_db: float
    most_tone_db: float
    width_db: float
    side_share: float
    plr_db: float
    truth_lu: float
    reference_lu: float
    true_peak_dbtp: float

    def rounded(self) -> dict[str, float]:
        """The figures with two decimals, the share with three."""
        return {name: round(value, 3 if name == "side_share" else 2) + 0.0 for name, value in asdict(self).items()}


def case_of(name: str, both: np.ndarray, damage: str) -> Case:
    """The case of a recording of two halves at RATE_HZ, shape (frames, 2)."""
    both = both * (0.9 / np.abs(both).max())
    half = len(both) // 2
    return Case(name, both[:half], damaged(both[:half], damage), both[half:])


def damaged(samples: np.ndarray, damage: str) -> np.ndarray:
    """`samples` with a tilted tone, another width and another level."""
    tilt_db, side_factor, level = DAMAGES[damage]
    mid, side = (samples[:, 0] + samples[:, 1]) / 2, (samples[:, 0] - samples[:, 1]) / 2
    out = np.stack([mid + side_factor * side, mid - side_factor * side], axis=1)
    low, high = 10 ** (tilt_db / 20), 10 ** (-tilt_db / 20)
    kernel = signal.firwin2(2047, [0, 100, 1000, 10000, RATE_HZ / 2], [low, low, 1, high, high], fs=RATE_HZ)
    return signal.oaconvolve(out, kernel[:, None], "same", axes=0) * level


def synthesised(name: str, damage: str, half_s: float = HALF_S) -> Case:
    """The case of a song of `tests.support.songs`."""
    return case_of(name, song(name, 2 * half_s, RATE_HZ).T, damage)


def recorded(path, damage: str) -> Case:
    """The case of the first two halves of an audio file."""
    samples, rate_hz = soundfile.read(path, always_2d=True)
    if rate_hz != RATE_HZ:
        samples = signal.resample_poly(samples, RATE_HZ, rate_hz)
    return case_of(path.stem, samples[: round(2 * HALF_S * RATE_HZ)], damage)


def errors(samples: np.ndarray, case: Case) -> Errors:
    """The errors of `samples`, shape (frames, 2)."""
    tone = _tone_db(samples) - case.known["tone"]
    tone -= np.median(tone)
    found, truth = _loudness_and_peak(samples), case.known["truth"]
    return Errors(
        tone_db=float(np.abs(tone).mean()),
        most_tone_db=float(np.abs(tone).max()),
        width_db=_width_db(samples) - case.known["width"],
        side_share=_share(_width_db(samples)) - _share(case.known["width"]),
        plr_db=(found[1] - found[0]) - (truth[1] - truth[0]),
        truth_lu=found[0] - truth[0],
        reference_lu=found[0] - case.known["reference_lufs"],
        true_peak_dbtp=found[1],
    )


def _tone_db(samples: np.ndarray) -> np.ndarray:
    hz, power = signal.welch(samples.T, RATE_HZ, nperseg=16384)
    bands = [(hz >= centre / 2 ** (1 / 6)) & (hz < centre * 2 ** (1 / 6)) for centre in _CENTRES_HZ]
    return 10 * np.log10(np.array([power.sum(axis=0)[band].sum() for band in bands]) + 1e-20)


def _loudness_and_peak(samples: np.ndarray) -> tuple[float, float]:
    lufs = measure(samples.T, RATE_HZ)["integrated_lufs"]
    return lufs, float(20 * np.log10(np.abs(signal.resample_poly(samples, 8, 1)).max()))


def _width_db(samples: np.ndarray) -> float:
    mid, side = samples[:, 0] + samples[:, 1], samples[:, 0] - samples[:, 1]
    return float(10 * np.log10((side**2).sum() / (mid**2).sum()))


def _share(width_db: float) -> float:
    """The part of the side in the energy of mid and side."""
    ratio = 10 ** (width_db / 10)
    return ratio / (1 + ratio)
