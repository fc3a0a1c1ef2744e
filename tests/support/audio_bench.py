"""The audio loop on streams in memory, in the thread of the test."""

from dsp_ext import Engine
from firmware import audio
from firmware.system.shared_memory import SharedMemory
from tests.support.rig import PERIOD, PERIODS, RATE_HZ

PREFILL = PERIOD * (PERIODS - 1)


class Bench:
    """The loop between `capture` and `playback`. `gated`: with the gate that waits for the relays."""

    def __init__(self, capture, playback, stopwatch=None, *, gated=False, analog=False):
        self.capture, self.playback, self.shared = capture, playback, SharedMemory.create(RATE_HZ)
        self.engine = Engine(RATE_HZ, PERIOD)
        audio.begin_from(self.shared, self.engine, PREFILL, faded=False)
        counters = self.shared.counters
        self.gate = audio.RelayGate(counters, self.engine) if gated else None
        self.loop = audio.Loop(
            capture, playback, self.engine, counters, PERIOD, PERIODS, stopwatch, gate=self.gate, analog=analog
        )

    def run(self, frames):
        """Run until `frames` frames have been processed; returns the counters."""
        self.loop.run(lambda: self.engine.frames >= frames)
        return self.shared.counters.as_dict()

    @property
    def left(self):
        """The left channel of what was played, after the prefill."""
        return self.playback.words[PREFILL:, 0]
