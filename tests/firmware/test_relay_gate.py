"""The output is silent while the relays do not connect it, and then fades in."""

import numpy as np
import pytest

from firmware.audio import RelayGate
from firmware.system import shared_memory
from firmware.system.shared_memory import SharedMemory
from tests.support.audio_bench import Bench
from tests.support.rig import PERIOD, RATE_HZ, ArrayCapture, ListPlayback

LEVEL = 1 << 28
FADE = round(0.02 * RATE_HZ)


def played(seconds, counters_at):
    """The left channel of a gated box with a constant input; `counters_at(frame)` gives the counters that the relays change."""
    bench = None

    def on_read(frame):
        for name, value in counters_at(frame).items():
            bench.shared.counters[name] = value

    words = np.full((seconds * RATE_HZ, 2), LEVEL, np.int32)
    bench = Bench(ArrayCapture(words, on_read=on_read), ListPlayback(), gated=True)
    bench.run(len(words))
    return bench.left


def assert_fades_in(left, at):
    fade = left[at : at + FADE]
    assert np.all(np.diff(fade) >= 0) and fade[0] < 1 << 20 and left[-1] == LEVEL


@pytest.mark.parametrize("relay_at", [9600, None])  # the first click appears after the latency of the chain
def test_silent_until_the_relay_is_on_then_a_fade(relay_at):
    left = played(2, lambda frame: {"relay_on": int(relay_at is not None and frame >= relay_at)})
    opened = int(np.argmax(left > 0))
    due = relay_at + RelayGate.BOUNCE_S * RATE_HZ if relay_at is not None else RelayGate.PATIENCE_S * RATE_HZ
    assert due <= opened <= due + 2 * PERIOD
    assert_fades_in(left, opened)


def test_silent_again_whenever_the_relay_was_off_and_then_a_fade():
    """The relays are released and pulled in again: their contacts never close while the sound has its full level."""
    off, on = RATE_HZ, RATE_HZ * 2  # the first and the last frame of the time in bypass
    left = played(3, lambda frame: {"relay_fitted": 1, "relay_on": int(frame >= 9600 and not off <= frame < on)})
    assert left[off - PERIOD] == LEVEL
    closed = left[off + PERIOD : on + round(RelayGate.BOUNCE_S * RATE_HZ)]
    assert not closed.any()  # also for a second: in a box with relays, only the relays open the gate
    assert_fades_in(left, off + PERIOD + int(np.argmax(left[off + PERIOD :] > 0)))


def test_the_relays_count_as_off_when_the_supervisor_has_stopped(monkeypatch):
    counters = SharedMemory.create(RATE_HZ).counters
    counters["relay_on"], counters["relay_until_ns"] = 1, 5_000
    monkeypatch.setattr(shared_memory.time, "monotonic_ns", lambda: 4_999)
    assert shared_memory.relay_held(counters)
    monkeypatch.setattr(shared_memory.time, "monotonic_ns", lambda: 5_001)
    assert not shared_memory.relay_held(counters)
