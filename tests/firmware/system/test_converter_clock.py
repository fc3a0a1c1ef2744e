"""The clock of the converter against that of the Pi, from readings with delays as a busy Pi has them."""

import random

import pytest

from firmware.system import ConverterClock

RATE_HZ, PERIOD = 96000, 256


class Pi:
    """A card whose clock is `ppm` faster than nominal; its frames are counted in periods and read after random delays."""

    def __init__(self, ppm: float, seed: int):
        self._rate_hz, self._chance = RATE_HZ * (1 + ppm * 1e-6), random.Random(seed)
        self.now_s, self.breaks, self._lost = 100.0, 0, 0
        self.clock = ConverterClock(RATE_HZ, self.frames, lambda: self.breaks, lambda: self.now_s)

    def frames(self) -> int:
        late_s = self._chance.expovariate(1 / 0.0003)  # the block that has just ended may not have been counted yet
        return int((self.now_s - 100 - late_s) * self._rate_hz) // PERIOD * PERIOD - self._lost

    def run(self, seconds: float):
        for _ in range(round(seconds / 0.05)):
            self.now_s += 0.05 * self._chance.uniform(0.9, 1.1)
            self.clock.tick()

    def lose(self, frames: int):
        self._lost += frames
        self.breaks += 1


@pytest.mark.parametrize("ppm", [-120.0, 0.0, 37.0])
def test_ppm_over_an_hour(ppm, rng, record):
    pi = Pi(ppm, int(rng.integers(2**32)))
    pi.run(25)
    assert pi.clock.ppm is None
    pi.run(3575)
    assert pi.clock.ppm == pytest.approx(ppm, abs=0.5)
    if ppm == 37.0:
        text = "converter 37 ppm fast, simulated: error of the reported figure after an hour"
        record("Box", text, abs(pi.clock.ppm - ppm), "ppm", target="≤ 0.5 ppm", digits=1)


def test_lost_frames_begin_a_new_measurement(rng):
    pi = Pi(20.0, int(rng.integers(2**32)))
    pi.run(300)
    pi.lose(4096)
    pi.run(1)
    assert pi.clock.ppm is None
    pi.run(600)
    assert pi.clock.ppm == pytest.approx(20.0, abs=3)
