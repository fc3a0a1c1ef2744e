"""Health: the check that an update makes before it keeps a new version."""

import pytest

from firmware import health
from firmware.system import SharedMemory

STEPS = 20


class Life:
    """Simulates what a box writes into the shared memory between two checks. The box stops after `stops` checks."""

    def __init__(self, shared, fails_at=STEPS, **fault):
        self._shared, self._fails_at, self._fault, self._looks = shared, fails_at, fault, 0
        shared.counters["relay_on"] = 1

    def __call__(self, seconds):
        self._looks += 1
        cells = {"frames": 24000, "control_beats": 10, "audio_starts": 0, "control_starts": 0, "relay_on": 0}
        if self._looks > self._fails_at:
            cells |= self._fault
        self._shared.engine.add("frames", cells.pop("frames"))
        for name, more in cells.items():
            self._shared.counters.add(name, more)


@pytest.fixture
def shared() -> SharedMemory:
    return SharedMemory.create(48000)


def test_a_box_that_works_has_no_fault(shared):
    assert health.fault(shared, STEPS * health.STEP_S, sleep=Life(shared)) == ""


@pytest.mark.parametrize(
    "fault, sentence",
    [
        ({"frames": 0}, "audio process does not advance"),
        ({"control_beats": 0}, "control process does not advance"),
        ({"relay_on": -1}, "relays are not held"),
        ({"audio_starts": 1}, "started again"),
        ({"control_starts": 1}, "started again"),
    ],
)
@pytest.mark.parametrize("fails_at", [0, 5])
def test_faults(shared, fault, sentence, fails_at):
    assert sentence in health.fault(shared, STEPS * health.STEP_S, sleep=Life(shared, fails_at, **fault))


def test_a_slow_card_is_not_a_fault(shared):
    short = health.CONTROL_S - health.STEP_S
    assert health.fault(shared, short, sleep=Life(shared, 0, control_beats=0)) == ""


def test_a_box_without_relays(shared):
    assert health.fault(shared, 5, relay=False, sleep=Life(shared, 0, relay_on=-1)) == ""
