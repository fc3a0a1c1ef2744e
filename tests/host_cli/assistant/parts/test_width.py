"""Width of a match: ranges of the frequency whose side differs from that of the reference in opposite directions."""

import numpy as np
from scipy import signal

from host_cli.assistant import match
from tests.host_cli.assistant.test_neutral import RATE_HZ, noise
from tests.support.matched import recording


def with_sides(low: float, high: float) -> np.ndarray:
    """Noise of 10 s whose side has one factor below 200 Hz and another above."""
    samples = noise(10, 0.5, 0.3)
    mid, side = samples.mean(axis=1), (samples[:, 0] - samples[:, 1]) / 2
    below = signal.sosfiltfilt(signal.butter(4, 200, fs=RATE_HZ, output="sos"), side)
    side = low * below + high * (side - below)
    return np.stack([mid + side, mid - side], axis=1)


def test_no_range_is_changed_against_what_was_measured_in_it():
    """The bass of the mix is wider than that of the reference, everything else is narrower."""
    plan = match(recording(with_sides(0.9, 0.4)), [recording(with_sides(0.7, 0.8))], parts=("width",))
    found = {id: value for id, value in plan.settings.items() if id.startswith("stereo.width_")}
    assert found["stereo.width_mid_pct"] > 150
    assert found.get("stereo.width_low_pct", 100.0) <= 100.0
    for decision in plan.decisions:
        if decision.part == "width":
            wider = "below that of the reference" in decision.finding
            pct = float(decision.consequence.removeprefix("width ").removesuffix(" %"))
            assert wider == (pct > 100), decision.sentence


def test_one_difference_of_the_whole_gives_one_width():
    plan = match(recording(with_sides(0.5, 0.5)), [recording(with_sides(0.8, 0.8))], parts=("width",))
    values = {value for id, value in plan.settings.items() if id.startswith("stereo.width_")}
    assert len(values) == 1 and 150 < values.pop() < 170
