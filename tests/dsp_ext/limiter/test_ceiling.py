"""The output stays at or below the ceiling in force, on several meters, also while the settings move."""

import os

import numpy as np
import pytest

from dsp_ext.core import ramp_shape
from dsp_ext.limiter.limiter import Limiter
from dsp_ext.settings import LIMITER_STYLES
from tests.support import hostile, limiter_corpus
from tests.support.limited import limited
from tests.support.true_peak_oracle import BS1770, LONG, peak_db, sinc_phases

#: Classes of full-scale samples that alternate at half the rate: interpolators of 128 taps disagree on them.
ALTERNATING = ("full_scale_runs", "sinc_worst")


def check_corpus(runs: int, record, processes: int = 1):
    """All classes and rates, with settings that move: the largest excess over the ceiling in force on three meters. The rows of
    the rates leave ALTERNATING out."""
    found = limiter_corpus.run(range(runs), processes)
    clamps = sum(one.clamps for one in found)
    record("Limiter", f"{runs} hostile runs: samples changed by the safety clamp", clamps, target="0", digits=0)
    groups = {f"class {name}": over for name, over in limiter_corpus.worst(found, "name").items()}
    like_sound = [one for one in found if one.name not in ALTERNATING]
    groups |= {f"{rate / 1000:g} kHz": over for rate, over in limiter_corpus.worst(like_sound, "rate_hz").items()}
    for name, (_, bs1770, own, long) in groups.items():
        others = "no bound / no bound" if name.removeprefix("class ") in ALTERNATING else "≤ 0.00 / ≤ +0.02 dB"
        record("Limiter", f"{runs} hostile runs, settings move, {name}: over the ceiling, BS.1770 meter / own meter / 32 × 128 taps",
               f"{bs1770 + 0.0:+.2f} / {own + 0.0:+.2f} / {long + 0.0:+.2f} dB", target=f"≤ 0.00 / {others}")  # fmt: skip
    assert clamps == 0
    for name, (sample, bs1770, own, long) in groups.items():
        extra = 0.1 if name.removeprefix("class ") in ALTERNATING else 0.0
        assert max(sample, bs1770) <= 0 and own <= extra and long <= extra + 0.02, name


def test_ceiling_holds_on_hostile_sound_while_settings_move(record):
    """The first runs of the corpus: three of each class at each rate."""
    check_corpus(limiter_corpus.QUICK, record)


def test_ceiling_holds_from_the_first_frame_on():
    """Loud bass that begins at once. The limiter reduces the bass alone here, and its filters spread it to before its beginning."""
    found = limiter_corpus.excess(4347)
    assert found.rate_hz == 88200 and max(found.sample, found.bs1770, found.own) <= 0


@pytest.mark.corpus
def test_ceiling_holds_on_the_whole_corpus(record):
    check_corpus(limiter_corpus.FULL, record, processes=os.cpu_count())


@pytest.mark.parametrize("style", LIMITER_STYLES)
def test_a_longer_meter_agrees_on_noise_up_to_half_the_rate(style, rng, record):
    """White noise, driven by 12 dB: over the ceiling on a meter of 32 points per sample and 128 taps each."""
    x = 0.35 * np.tanh(3 * rng.standard_normal((2, 48000)))
    y, _ = limited(x, gain_db=12.0, style=style)
    longer = peak_db(y[:, :12000], sinc_phases(32, 192, 10.0)) + 1.0
    record(
        "Limiter",
        f"{style}: noise up to half the rate, +12 dB: over the ceiling, 32 × 192-tap meter",
        longer,
        "dB",
        tolerance=0.05,
    )
    value = peak_db(y, LONG) + 1.0
    record("Limiter", f"{style}: noise up to half the rate, +12 dB: over the ceiling, 32 × 128-tap meter", value, "dB",
           target="≤ +0.02 dB", tolerance=0.01)  # fmt: skip
    assert value <= 0.02


@pytest.mark.parametrize("style", LIMITER_STYLES)
def test_styles_keep_the_ceiling(style, record):
    worst = -np.inf
    for number in range(60):
        _, x = hostile.segment(number + 5000)
        y, limiter = limited(x, style=style, gain_db=10.0, ceiling_dbtp=-2.0)
        assert limiter.clamps == 0
        worst = max(worst, peak_db(y, BS1770) + 2.0)
    record(
        "Limiter", f"{style}: excess over the ceiling, BS.1770-5 meter", worst, "dB", target="≤ 0.00 dB", tolerance=0.01
    )
    assert worst <= 0


def in_force_db(frames, moves, latency):
    """The ceiling for each frame of the output in dBTP: ramps of 20 ms, delayed like the sound."""
    ceiling = np.full(frames, moves[0][1])
    for (_, start), (frame, goal) in zip(moves[:-1], moves[1:], strict=True):
        ceiling[frame:] = goal
        ceiling[frame : frame + 960] = start + (goal - start) * ramp_shape(960)
    return np.concatenate([np.full(latency, moves[0][1]), ceiling])[:frames]


@pytest.mark.parametrize("style", LIMITER_STYLES)
def test_each_frame_is_below_the_ceiling_at_its_time(style, rng):
    x = (rng.uniform(-1, 1, (2, 30000)) * 10 ** rng.uniform(-1, 0.5, 30000)).astype(np.float32)
    moves = [(0, -1.0), (8000, -7.0), (16000, 0.0), (24000, -3.0)]
    limiter = Limiter(48000)
    limiter.set(gain_db=9.0, ceiling_dbtp=-1.0, style=style, settle=True)
    parts = []
    for (frame, ceiling), until in zip(moves, (8000, 16000, 24000, 30000), strict=True):
        limiter.set(ceiling_dbtp=ceiling)
        parts.append(np.ascontiguousarray(x[:, frame:until]))
        limiter.process(parts[-1])
    level = 20 * np.log10(np.abs(np.concatenate(parts, axis=1)).max(0) + 1e-9)
    assert np.all(level <= in_force_db(30000, moves, limiter.latency) + 1e-4) and limiter.clamps == 0
