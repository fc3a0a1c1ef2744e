"""Dynamics of a match: a mix whose bass moves more than that of the reference."""

import numpy as np
import pytest
from scipy import signal

from host_cli.assistant import finished, match
from host_cli.assistant.parts.dynamics import LEAST_DB, movement
from host_cli.assistant.recordings import frames
from tests.host_cli.assistant.test_neutral import RATE_HZ, noise
from tests.support.matched import recording


def moving(low_gain: float, high_gain: float) -> np.ndarray:
    """Noise of 12 s whose level below 100 Hz jumps between two gains every half second."""
    quiet = noise(12, 0.75, 0.2)
    low = signal.sosfiltfilt(signal.butter(4, 100, fs=RATE_HZ, output="sos"), quiet, axis=0)
    steps = np.repeat(np.random.default_rng(3).choice([low_gain, high_gain], 24), RATE_HZ // 2)[: len(quiet), None]
    return quiet - low + 2 * low * steps


@pytest.fixture(scope="module")
def reference():
    return recording(moving(1.0, 1.0), "reference.wav")


def test_a_bass_that_moves_too_much_moves_less(reference):
    mix = recording(moving(0.5, 1.9))
    excess_db = movement(mix.frames)[0] - movement(reference.frames)[0]
    assert excess_db >= LEAST_DB
    plan, blocks = finished(match(mix, [reference], parts=("dynamics",)), mix)
    decision = next(decision for decision in plan.decisions if decision.part == "dynamics")
    assert decision.measured == pytest.approx(excess_db)
    assert "dB more than in the reference" in decision.finding
    assert plan.settings["multiband.b1.ratio"] > 1
    output = frames(np.concatenate(blocks, axis=1).astype(np.float32), RATE_HZ)
    taken_db = movement(mix.frames)[0] - movement(output)[0]
    assert 0.2 * excess_db < taken_db < excess_db
    others = movement(output)[1:] - movement(mix.frames)[1:]
    assert np.abs(others).max() < 1.0


def test_a_bass_that_moves_a_little_more_is_left_alone(reference):
    mix = recording(moving(0.85, 1.15))
    excess_db = movement(mix.frames)[0] - movement(reference.frames)[0]
    assert 0.5 < excess_db < LEAST_DB
    assert not [decision for decision in match(mix, [reference]).decisions if decision.part == "dynamics"]


def test_the_amount_scales_the_compression(reference):
    mix = recording(moving(0.5, 1.9))
    whole, half = (match(mix, [reference], amount=amount, parts=("dynamics",)) for amount in (1.0, 0.5))
    assert half.settings["multiband.b1.ratio"] < whole.settings["multiband.b1.ratio"]
