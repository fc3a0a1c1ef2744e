"""Detectors in time: clicks, dropouts, noise and hum in quiet passages, silence at the ends, a cut tail."""

from collections.abc import Iterator

import numpy as np

from .fault import FIX, LOOK, Fault, Mix, places

#: A click: a jump of the second difference by this factor over its surroundings of ±4 ms, and this large at least.
CLICK_RATIO, CLICK_LEAST, CLICK_AROUND_S = 10.0, 0.03, 0.004
#: So many clicks must be mended; fewer may be meant, as in electronic drums.
CLICKS_FIX = 3
#: A dropout: both channels constant and below this level for this long, between sounds above it.
DROPOUT_S, DROPOUT_DBFS = 0.002, -50.0
#: Steady noise in quiet passages, in dBFS; hum: this part of its energy at multiples of 50 or 60 Hz.
NOISE_DBFS, QUIET_DBFS, HUM_PART = -75.0, -35.0, 0.6
_QUIET_S, _PIECE_S = 0.5, 0.1
#: Longest silence before and after the sound in s, and the level of the last 20 ms above which the end is cut, in dBFS.
START_S, END_S, CUT_DBFS = 1.0, 6.0, -52.0
_SILENT_DBFS = -72.0


def clicks(mix: Mix) -> Iterator[Fault]:
    """Single samples or very short pulses that do not belong to their surroundings."""
    times = []
    around = max(8, round(CLICK_AROUND_S * mix.rate_hz))
    for channel in mix.samples:
        bend = np.abs(np.diff(channel, 2))
        for at in _candidates(bend, around):
            near = np.concatenate([bend[max(0, at - around) : max(0, at - 4)], bend[at + 5 : at + around]])
            if len(near) and bend[at] > CLICK_RATIO * max(near.max(), 1e-6):
                times.append((at + 1) / mix.rate_hz)
    starts = sorted(times)
    found = [(t, t) for n, t in enumerate(starts) if not n or t - starts[n - 1] > 0.001]
    if found:
        yield Fault(
            "clicks", FIX if len(found) >= CLICKS_FIX else LOOK, len(found), "clicks", places(found), len(found)
        )


def _candidates(bend: np.ndarray, length: int) -> np.ndarray:
    """The highest value of each window, if it is large."""
    count = len(bend) // length
    windows = bend[: count * length].reshape(count, length)
    at = windows.argmax(axis=1)
    high = windows[np.arange(count), at] > CLICK_LEAST
    return (np.arange(count) * length + at)[high]


def dropouts(mix: Mix) -> Iterator[Fault]:
    """Short holes in the sound."""
    still = ~np.diff(mix.samples, axis=1).any(axis=0) & (
        np.abs(mix.samples[:, 1:]).max(axis=0) < 10 ** (DROPOUT_DBFS / 20)
    )
    still = np.concatenate([[False], still, [False]]).astype(np.int8)
    starts, ends = np.flatnonzero(np.diff(still) > 0), np.flatnonzero(np.diff(still) < 0)
    long = ends - starts >= DROPOUT_S * mix.rate_hz
    around = round(0.005 * mix.rate_hz)
    found = []
    for start, end in zip(starts[long], ends[long], strict=True):
        before, after = mix.samples[:, max(0, start - around) : start], mix.samples[:, end + 1 : end + 1 + around]
        if end - start < mix.rate_hz and min(_db(before), _db(after)) > DROPOUT_DBFS:
            found.append((start / mix.rate_hz, end / mix.rate_hz))
    if found:
        yield Fault("dropouts", FIX, len(found), "dropouts", places(found), len(found))


def _db(part: np.ndarray) -> float:
    return 10 * np.log10(np.mean(part.astype(np.float64) ** 2) + 1e-15) if part.size else -150.0


def _quiet(mix: Mix) -> list[tuple[float, np.ndarray]]:
    """(start, mean of the channels) of steady quiet passages of half a second that are not silent."""
    found = []
    starts, parts = mix.windows(_QUIET_S)
    for start, part in zip(starts, parts, strict=True):
        level = _db(part)
        if not NOISE_DBFS < level < QUIET_DBFS:
            continue
        pieces = np.array_split(part, round(_QUIET_S / _PIECE_S), axis=1)
        levels = [_db(piece) for piece in pieces]
        if max(levels) - min(levels) < 2.5:
            found.append((float(start), part.mean(axis=0)))
    return found


def noise_and_hum(mix: Mix) -> Iterator[Fault]:
    """What remains where the music pauses."""
    loudest = mix.figures["max_short_lufs"] or mix.figures["integrated_lufs"] or -150.0
    noisy, humming, level = [], [], -150.0
    for start, part in _quiet(mix):
        if _db(part) > loudest - 25:
            continue
        power = np.abs(np.fft.rfft(part * np.hanning(len(part)))) ** 2
        hz = np.fft.rfftfreq(len(part), 1 / mix.rate_hz)
        place = (start, start + _QUIET_S)
        level = max(level, _db(part))
        lines = max(_part_at(power, hz, base) for base in (50, 60))
        if lines > HUM_PART:
            humming.append(place)
        else:
            noisy.append(place)
    if humming:
        yield Fault("hum", LOOK, level, "dBFS", places(humming), len(humming))
    if noisy and not humming:
        yield Fault("noise", LOOK, level, "dBFS", places(noisy), len(noisy))


def _part_at(power: np.ndarray, hz: np.ndarray, base_hz: float) -> float:
    """The part of the power within 4 Hz of the first 10 multiples of a frequency."""
    near = np.abs(hz - base_hz * np.rint(hz / base_hz)) <= 4.5
    near &= (hz > base_hz / 2) & (hz < 10.5 * base_hz)
    return float(power[near].sum() / max(power.sum(), 1e-20))


def ends(mix: Mix) -> Iterator[Fault]:
    """Silence before and after the sound, and an end that is cut off."""
    starts, level = mix.levels(0.02)
    loud = np.flatnonzero(level > _SILENT_DBFS)
    if not len(loud):
        yield Fault("silent", FIX, mix.seconds, "s")
        return
    first, last = float(starts[loud[0]]), float(starts[loud[-1]] + 0.02)
    if first > START_S:
        yield Fault("silence", LOOK, first, "s before the sound", places([(0.0, first)]), 1)
    if mix.seconds - last > END_S:
        yield Fault("silence", LOOK, mix.seconds - last, "s after the sound", places([(last, mix.seconds)]), 1)
    tail = _db(mix.samples[:, -round(0.02 * mix.rate_hz) :])
    if tail > CUT_DBFS:
        yield Fault("cut_end", LOOK, tail, "dBFS", places([(mix.seconds - 0.02, mix.seconds)]), 1)
