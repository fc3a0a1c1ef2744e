"""A file that is cut in the middle of a sound keeps the ceiling, and other files keep their bits."""

import numpy as np
import pytest

from dsp_ext.meters.true_peak import TruePeak
from firmware.contract import params
from host_cli.render.engine import Renderer
from host_cli.render.file_ends import below_ceiling, end_frames, with_ends

RATE_HZ = 48000


def peak_dbtp(y: np.ndarray) -> float:
    silence = np.zeros(200, np.float32)
    peaks = (TruePeak(RATE_HZ, long=True).peaks(np.concatenate([silence, channel, silence])).max() for channel in y)
    return 20 * np.log10(max(peaks))


@pytest.mark.parametrize(("hz", "periods"), [(60, 0.125), (997, 0.125), (5000, 0.375)])
@pytest.mark.parametrize("begins", [False, True])
def test_a_tone_that_is_cut_under_a_linear_eq_keeps_the_ceiling(hz, periods, begins):
    """A bell of 18 dB rings for many periods. Without a change at the ends, these cuts read up to 0.94 dB over."""
    tone = 0.9 * np.cos(2 * np.pi * (periods - hz * np.arange(24000) / RATE_HZ))
    tone = np.tile(tone if begins else tone[::-1], (2, 1)).astype(np.float32)
    values = params.DEFAULTS | {"eq.b1.enabled": 1.0, "eq.b1.freq_hz": hz, "eq.b1.gain_db": 18.0, "eq.b1.q": 4.0}
    out = np.concatenate(list(Renderer(RATE_HZ).render([tone], values | {"limiter.gain_db": 6.0})), axis=1)
    assert out.shape == tone.shape
    assert peak_dbtp(out) <= -1.0


def test_the_end_is_changed_only_where_the_cut_goes_over(rng):
    quiet = rng.uniform(-0.5, 0.5, (2, 1000)).astype(np.float32)
    assert np.array_equal(below_ceiling(quiet, RATE_HZ, 0.0), quiet)
    loud = np.full((2, 1000), 0.89, np.float32)
    rise = (0.89 * np.tile(np.hanning(801)[:401], (2, 1))).astype(np.float32)  # a begin without a cut
    end = below_ceiling(loud, RATE_HZ, -1.0)
    assert peak_dbtp(np.concatenate([rise, loud], axis=1)) > -0.9
    assert peak_dbtp(np.concatenate([rise, end], axis=1)) <= -1.0
    assert np.array_equal(end[:, : 1000 - 72], loud[:, : 1000 - 72])


@pytest.mark.parametrize("sizes", [[5], [300, 1, 700], [10_000], [400, 400]])
def test_blocks_do_not_matter(sizes, rng):
    x = rng.uniform(-1, 1, (2, sum(sizes))).astype(np.float32)
    blocks, seen = np.split(x, np.cumsum(sizes)[:-1], axis=1), []
    out = np.concatenate(list(with_ends(blocks, end_frames(RATE_HZ), lambda end: seen.append(end) or end)), axis=1)
    first, last = seen
    assert np.array_equal(out, x)
    assert np.array_equal(first[:, ::-1], x[:, : first.shape[1]]) and np.array_equal(last, x[:, -last.shape[1] :])
    assert first.shape[1] == last.shape[1] == end_frames(RATE_HZ) or sum(sizes) < 2 * end_frames(RATE_HZ)
