"""Detectors of tone: ranges that stand out from their neighbours against the average of many recordings."""

from collections.abc import Iterator

import numpy as np

from .fault import LOOK, Fault, Mix, places, spans

#: Average slope of recordings in thirds of an octave: density falls by 5 dB per octave (Pestana 2013), so the bands by 2.
SLOPE_DB_PER_OCTAVE = -2.0
#: (low, high) of a range, of the neighbours below and above it in Hz, and how far it may stand out, in dB.
MUD = ((180, 420), (90, 160), (550, 1100), 6.0)
HARSH = ((2400, 4200), (1000, 2000), (5500, 9000), 6.5)
#: Sibilance: windows, in which 5 to 9 kHz exceeds 300 Hz to 2.5 kHz by this, and how many of them in a minute are too many.
SIBILANCE_HZ, VOICE_HZ, SIBILANCE_DB, SIBILANT_PER_MIN = (5000, 9000), (300, 2500), 2.0, 10.0
_WINDOW_S = 0.03


def _stands_out(mix: Mix, row) -> float | None:
    """How many dB the range is above the line between its neighbours."""
    inside, below, above, _ = row
    hz, level = mix.thirds
    flat = level - SLOPE_DB_PER_OCTAVE * np.log2(hz / 1000)
    picked = [flat[(hz >= low) & (hz <= high)] for low, high in (inside, below, above)]
    if any(not len(part) for part in picked) or flat.max() < -80:
        return None
    middle, lower, upper = (float(np.mean(part)) for part in picked)
    return middle - max(lower, upper, (lower + upper) / 2)


def mud(mix: Mix) -> Iterator[Fault]:
    """Too much between 200 and 400 Hz."""
    excess = _stands_out(mix, MUD)
    if excess is not None and excess > MUD[3]:
        yield Fault("mud", LOOK, excess, "dB")


def harshness(mix: Mix) -> Iterator[Fault]:
    """Too much between 2.5 and 4 kHz."""
    excess = _stands_out(mix, HARSH)
    if excess is not None and excess > HARSH[3]:
        yield Fault("harshness", LOOK, excess, "dB")


def sibilance(mix: Mix) -> Iterator[Fault]:
    """Short moments in which 5 to 9 kHz dominates a loud passage."""
    starts, parts = mix.windows(_WINDOW_S)
    if len(starts) < 20:
        return
    hz = np.fft.rfftfreq(parts.shape[2], 1 / mix.rate_hz)
    power = np.array([np.abs(np.fft.rfft(part.mean(axis=0) * np.hanning(parts.shape[2]))) ** 2 for part in parts])
    high, voice = (power[:, (hz >= low) & (hz <= top)].sum(axis=1) for low, top in (SIBILANCE_HZ, VOICE_HZ))
    ratio = 10 * np.log10((high + 1e-12) / (voice + 1e-12))
    total = power.sum(axis=1)
    bad = (ratio > SIBILANCE_DB) & (total > 0.25 * np.median(total)) & (total > 1e-4 * total.max())
    per_minute = 60 * len(spans(starts, bad, _WINDOW_S, 0.1)) / mix.seconds
    if per_minute > SIBILANT_PER_MIN:
        found = spans(starts, bad, _WINDOW_S, 0.1)
        yield Fault("sibilance", LOOK, float(np.max(ratio[bad])), "dB over the voice", places(found), len(found))
