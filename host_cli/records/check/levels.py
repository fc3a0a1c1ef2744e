"""Detectors of levels: clipping, overs, limiting, normalisation, offset, balance."""

from collections.abc import Iterator

import numpy as np

from .fault import FIX, LOOK, Fault, Mix, places, spans

#: Samples in a row with the extreme value of their channel that count as clipped, and how many such runs are needed.
CLIP_RUN, CLIP_RUNS = 3, 3
#: Sample peaks above this were normalised, in dBFS.
NORMALISED_DBFS = -0.1
#: Windows of this length whose peak is within `LIMITED_DB` of the highest; above this share, and below this ratio of peak to
#: loudness, a limiter is suspected.
LIMITED_WINDOW_S, LIMITED_DB, LIMITED_SHARE, LIMITED_PLR_DB = 0.1, 0.3, 0.35, 11.0
#: Largest offset as a part of full scale, and largest differences between the channels in dB: panned instruments alone make a
#: difference of up to 5 dB in recordings of small ensembles.
DC, BALANCE_LOOK_DB, BALANCE_FIX_DB = 0.001, 6.0, 20.0


def clipping(mix: Mix) -> Iterator[Fault]:
    """Runs of samples at the extreme value of their channel: the flat tops of clipping, at full scale or lowered afterwards."""
    times = []
    for channel in mix.samples:
        for top in (channel.max(), channel.min()):
            if abs(top) < 0.05:
                continue
            flat = np.concatenate([[False], channel == top, [False]]).astype(np.int8)
            starts, ends = np.flatnonzero(np.diff(flat) > 0), np.flatnonzero(np.diff(flat) < 0)
            runs = [(s, e) for s, e in zip(starts, ends, strict=True) if e - s >= CLIP_RUN]
            if len(runs) >= CLIP_RUNS:
                times += [(s / mix.rate_hz, e / mix.rate_hz) for s, e in runs]
    if times:
        yield Fault("clipping", FIX, len(times), "places", places(sorted(times)), len(times))


def overs(mix: Mix) -> Iterator[Fault]:
    """True peaks above full scale, in a file that is not clipped."""
    history = mix.figures["history"]
    bad = history["tp_dbtp"] > 0
    if bad.any() and not any(True for _ in clipping(mix)):
        found = spans(history["seconds"] - 0.1, bad, 0.1, 0.0)
        yield Fault("overs", LOOK, float(history["tp_dbtp"].max()), "dBTP", places(found), len(found))


def limiting(mix: Mix) -> Iterator[Fault]:
    """Many peaks of the same height and little distance between peak and loudness."""
    plr = mix.figures["plr_db"]
    starts, parts = mix.windows(LIMITED_WINDOW_S)
    if plr is None or len(starts) < 10:
        return
    peaks = 20 * np.log10(np.abs(parts).max(axis=(1, 2)) + 1e-9)
    share = float(np.mean(peaks >= peaks.max() - LIMITED_DB))
    if share > LIMITED_SHARE and plr < LIMITED_PLR_DB:
        found = spans(starts, peaks >= peaks.max() - LIMITED_DB, LIMITED_WINDOW_S, 1.0)
        yield Fault("limiting", FIX, 100 * share, "% of the time", places(found), len(found))


def normalised(mix: Mix) -> Iterator[Fault]:
    """A sample peak just below full scale."""
    peak = 20 * np.log10(np.abs(mix.samples).max() + 1e-9)
    if peak > NORMALISED_DBFS:
        at = int(np.argmax(np.abs(mix.samples).max(axis=0))) / mix.rate_hz
        yield Fault("normalised", LOOK, float(peak), "dBFS", places([(at, at)]), 1)


def offset(mix: Mix) -> Iterator[Fault]:
    """Direct current."""
    worst = max(abs(mix.figures["dc_l"]), abs(mix.figures["dc_r"]))
    if worst > DC:
        yield Fault("dc", LOOK, 100 * worst, "% of full scale")


def balance(mix: Mix) -> Iterator[Fault]:
    """One channel louder than the other, or silent."""
    power = np.mean(mix.samples.astype(np.float64) ** 2, axis=1)
    if not power.any():
        return
    ratio = 10 * np.log10((power[1] + 1e-12) / (power[0] + 1e-12))
    if abs(ratio) > BALANCE_LOOK_DB:
        yield Fault("balance", FIX if abs(ratio) > BALANCE_FIX_DB else LOOK, float(ratio), "dB, right over left")
