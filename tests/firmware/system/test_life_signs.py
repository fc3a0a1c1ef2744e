"""A thread of the control process that is stuck or has ended is detected, and the process then stops its own life signs."""

import time

import pytest

from firmware.contract import params
from firmware.engine import Designer
from firmware.system.life_signs import STUCK_S, LifeSigns
from firmware.system.shared_memory import SharedMemory
from tests.support.patience import PATIENCE_S
from tests.support.rig import Rig


def test_a_thread_that_does_not_beat_is_reported_once(caplog):
    now_s, beats = [0.0], {"a": 0, "b": 0}
    signs = LifeSigns(lambda: now_s[0])
    for name in beats:
        signs.watch(name, lambda name=name: beats[name])
    while now_s[0] < 3 * STUCK_S:
        now_s[0] += 0.05
        beats["a"] += 1
        assert signs.all_run() == (now_s[0] <= STUCK_S)
    assert caplog.text.count("the b does not run") == 1 and "the a " not in caplog.text
    beats["b"] += 1
    assert signs.all_run()


def grows(count) -> bool:
    """Whether `count()` increases, within a time that no machine exceeds."""
    first, deadline = count(), time.monotonic() + PATIENCE_S
    while count() == first and time.monotonic() < deadline:
        time.sleep(0.01)
    return count() != first


def test_an_idle_designer_beats():
    designer = Designer(SharedMemory.create(48000))
    designer.start(dict(params.DEFAULTS))
    assert grows(lambda: designer.beats)
    designer.stop()


@pytest.mark.parametrize("thread", ["designer", "panel", "link"])
def test_the_control_process_watches_each_thread_and_an_idle_thread_beats(tmp_path, thread):
    with Rig(tmp_path) as rig:
        beats = rig.process.life_signs._signs[f"thread of the {thread}"]
        assert grows(beats)
