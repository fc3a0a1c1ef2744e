"""A box without processes: the audio loop and the control side run in the test's own thread, with shared memory."""

import contextlib
from pathlib import Path

import numpy as np

from dsp_ext import Engine
from firmware import audio, control
from firmware.system.options import Options
from firmware.system.shared_memory import SharedMemory

RATE_HZ, PERIOD, PERIODS = 48000, 128, 3


class ArrayCapture:
    """Delivers `words` (int32, shape (frames, 2)), then silence. `fail_at` are the numbers of reads that overrun."""

    def __init__(self, words, fail_at=(), period=PERIOD, on_read=lambda frame: None):
        self._data, self._fail_at, self._period, self._on_read = words.tobytes(), set(fail_at), period, on_read
        self._at = self.reads = self.drops = 0

    def read(self):
        self.reads += 1
        if self.reads - 1 in self._fail_at:
            return -32, b""
        self._on_read(self._at // 8)
        data = self._data[self._at : self._at + 8 * self._period].ljust(8 * self._period, b"\0")
        self._at += 8 * self._period
        return self._period, data

    def drop(self):
        self.drops += 1


class ListPlayback:
    """Keeps the written data. `fail_at`: the numbers of writes that underrun; `most`: the frames that one write takes."""

    def __init__(self, fail_at=(), most=None):
        self._fail_at, self._most = set(fail_at), most
        self.data, self.writes, self.drops = bytearray(), 0, 0

    def write(self, data):
        self.writes += 1
        if self.writes - 1 in self._fail_at:
            return -32
        frames = len(data) // 8 if self._most is None else min(len(data) // 8, self._most)
        self.data += data[: 8 * frames]
        return frames

    def drop(self):
        self.drops += 1

    @property
    def words(self):
        return np.frombuffer(bytes(self.data), np.int32).reshape(-1, 2)


class Rig:
    """The control side, booted in `run_dir`; `play` is the audio side. A context manager."""

    def __init__(self, run_dir: Path, shared: SharedMemory | None = None):
        self.options = Options(
            run_dir=run_dir, state_dir=run_dir, rate_hz=RATE_HZ, period=PERIOD, sim=True, sim_card=True
        )
        self.shared = shared or SharedMemory.create(RATE_HZ)
        self.shared.counters.add("control_starts")
        self._stack = contextlib.ExitStack()
        self.process = control.boot(self.options, self.shared, self._stack)
        self.store = self.process.store

    def tick(self):
        self.process.ticks.run()
        assert not self.process.ticks.failing

    def play(self, words, on_read=lambda frame: None, faded=False):
        """Run a new engine over `words` and its latency. Returns the output after the prefill."""
        engine = Engine(RATE_HZ, PERIOD)
        audio.begin_from(self.shared, engine, PERIOD * (PERIODS - 1), faded)
        playback = ListPlayback()
        loop = audio.Loop(ArrayCapture(words, on_read=on_read), playback, engine, self.shared.counters, PERIOD, PERIODS)
        loop.run(lambda: engine.frames >= len(words) + engine.latency)
        self.tick()
        return playback.words[PERIOD * (PERIODS - 1) :]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._stack.close()


def music(rng, seconds=1.0, level=0.25):
    """Noise with a changing level as 24-bit words, int32 (frames, 2)."""
    frames = int(seconds * RATE_HZ)
    envelope = 0.55 + 0.45 * np.sin(np.arange(frames) / RATE_HZ * 9)[:, None]
    samples = level * envelope * rng.standard_normal((frames, 2)).clip(-3, 3)
    return (np.rint(samples * 2**23 / 3).astype(np.int32)) << 8
