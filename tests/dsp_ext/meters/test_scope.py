"""The scope: its points are samples that were played, evenly spaced, in every row of the ring."""

import numpy as np
import pytest

from dsp_ext import Engine, Ring
from dsp_ext.meters import POINTS
from firmware.system import newest_points

RATES = pytest.mark.parametrize("rate_hz", [44100, 48000, 88200, 96000, 176400, 192000])


def played(rate_hz, x, block):
    """The points that an engine publishes while it plays `x` (shape (2, frames)), and what it played."""
    engine = Engine(rate_hz, 1024)
    ring = Ring(bytearray(Ring.bytes_for(64, len(Engine.SCOPE))), 64, len(Engine.SCOPE))
    engine.attach(scope=ring)
    heard = x.astype(np.float32)
    for start in range(0, x.shape[1], block):
        piece = np.ascontiguousarray(heard[:, start : start + block])
        engine.process(piece)
        heard[:, start : start + block] = piece
    return newest_points(ring, 0.2), heard, ring


@RATES
def test_every_point_is_a_sample_of_the_output_at_even_distances(rate_hz, rng):
    step = round(rate_hz / 100)
    x = 0.1 * rng.standard_normal((2, 30 * step))
    points, heard, ring = played(rate_hz, x, 777)
    assert points.shape == (20 * POINTS, 2) and ring.written == 30
    spacing = step // POINTS
    for row in range(20):
        first = (10 + row) * step + spacing - 1
        expected = heard[:, first : first + POINTS * spacing : spacing].T
        assert np.array_equal(points[row * POINTS : (row + 1) * POINTS], expected)


def test_the_points_do_not_depend_on_the_size_of_the_blocks(rng):
    x = 0.1 * rng.standard_normal((2, 48000 // 4))
    assert np.array_equal(played(48000, x, 64)[0], played(48000, x, 1000)[0])


def test_without_a_ring_nothing_is_taken_and_a_wrong_ring_is_refused():
    assert newest_points(Ring(bytearray(Ring.bytes_for(8, 65)), 8, 65), 0.2).shape == (0, 2)
    with pytest.raises(ValueError, match=f"scope must have {len(Engine.SCOPE)} columns, not 3"):
        Engine(48000, 64).attach(scope=Ring(bytearray(Ring.bytes_for(8, 3)), 8, 3))
