"""The music of the comparison by name: synthesised kinds, and clips where there are some."""

from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

from tests.support.paths import ROOT

from .signals import KINDS, RATE_HZ, bass_and_chord

CHORD = "chord"
SHARED = ROOT.parent / "shared/audio"


def clip(path: Path) -> np.ndarray:
    import soundfile

    x, rate = soundfile.read(path, always_2d=True)
    x = x[6 * rate : 14 * rate]
    if rate != RATE_HZ:
        step = np.gcd(rate, RATE_HZ)
        x = resample_poly(x, RATE_HZ // step, rate // step, window=("kaiser", 14.0))
    return x


def material(clips: Path | None) -> dict[str, np.ndarray]:
    """All music by name; the name of a clip is its file's first word. Without `clips`, those of SHARED where it exists."""
    found = {name: make() for name, make in KINDS.items()} | {CHORD: bass_and_chord()}
    clips = clips or SHARED
    if clips.is_dir():
        found |= {p.stem.split("-")[0]: clip(p) for p in sorted(clips.iterdir()) if p.suffix in (".flac", ".wav")}
    return found
