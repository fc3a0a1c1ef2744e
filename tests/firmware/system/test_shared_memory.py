"""The shared memory of the processes."""

import os

import numpy as np
import pytest

from dsp_ext import Engine
from firmware.system.shared_memory import COUNTERS, SharedMemory


def test_a_second_view_reads_the_same_and_nothing_overlaps():
    one = SharedMemory.create(96000)
    two = SharedMemory(one.descriptor)
    assert two.rate_hz == 96000
    for number, name in enumerate(COUNTERS):
        one.counters[name] = number + 1
    for number, name in enumerate(Engine.CELLS):
        one.engine[name] = 100 + number
    one.settings.write(np.arange(len(Engine.SETTINGS), dtype=float), 7)
    one.write_state(b"state")
    one.eq_banks[1, -1] = 3.0
    one.crossover_banks[1, -1] = 4.0
    assert list(two.counters.as_dict().values()) == list(range(1, len(COUNTERS) + 1))
    assert list(two.engine.as_dict().values()) == list(range(100, 100 + len(Engine.CELLS)))
    version, values = two.settings.read()
    assert version == 7 and np.array_equal(values, np.arange(len(Engine.SETTINGS)))
    assert two.meters.written == two.events.written == two.history.written == 0
    assert two.read_state() == b"state"
    assert two.eq_banks[1, -1] == 3.0 and two.crossover_banks[1, -1] == 4.0


@pytest.mark.parametrize("rate_hz", [44100, 96000, 192000])
def test_banks_fit_the_engine_and_are_neutral_at_first(rate_hz, rng):
    shared = SharedMemory.create(rate_hz)
    engine = Engine(rate_hz, 512)
    engine.eq.attach(shared.eq_banks)
    engine.multiband.convolver.attach(shared.crossover_banks)
    words = rng.integers(-(2**20), 2**20, (engine.latency + 2000, 2)).astype(np.int32) << 8
    out = words.copy()
    engine.process_words(out)
    assert np.array_equal(out[engine.latency :], words[: len(words) - engine.latency])


def test_other_memory_is_refused():
    descriptor = os.memfd_create("other")
    os.ftruncate(descriptor, 4096)
    with pytest.raises(ValueError, match="not a block"):
        SharedMemory(descriptor)
    os.close(descriptor)


def test_after_an_interrupted_write_the_previous_state_is_read(rng):
    shared = SharedMemory.create(48000)
    assert shared.read_state() is None
    for n in range(50):
        shared.write_state(f"state {n}".encode() * 20)
        assert shared.read_state() == f"state {n}".encode() * 20
        # The next writer dies after any number of bytes, so that its copy is damaged at some place.
        half = len(shared._state) // 2
        victim = half * ((n + 2) % 2)
        at = victim + 24 + int(rng.integers(0, 100))
        kept = bytes(shared._state)
        shared._state[at] ^= 0xFF
        assert shared.read_state() == f"state {n}".encode() * 20
        shared._state[:] = kept
    with pytest.raises(ValueError, match="at most"):
        shared.write_state(bytes(1 << 19))
    assert shared.read_state() == b"state 49" * 20
