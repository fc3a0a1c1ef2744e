"""Comparison at equal loudness: LoudnessMatch with the engine and its meters. The clock counts audio frames."""

import numpy as np
import pytest

from demo.report import loudness_lufs
from dsp_ext import Engine, Ring
from firmware.engine.designer import settings_vector
from firmware.panel.operation import AFTER_S, PanelController
from firmware.presets import PresetLibrary
from firmware.settings.loudness_match import LoudnessMatch
from firmware.settings.store import Store
from firmware.system.meters import MeterReader

RATE_HZ = 48000
STEP = RATE_HZ // 4


class Desk:
    """Engine, store and loudness match with pink noise as input."""

    def __init__(self, rng):
        columns = len(Engine.METERS)
        ring = Ring(bytearray(Ring.bytes_for(1024, columns)), 1024, columns)
        self.engine = Engine(RATE_HZ, 4096)
        self.engine.attach(meters=ring)
        self.store = Store(lambda values, rev: self.engine.set_all(settings_vector(values)))
        self.engine.set_all(settings_vector(self.store.snapshot()))
        self.loudness_match = LoudnessMatch(self.store, MeterReader(ring), lambda: self.engine.frames / RATE_HZ)
        f = np.fft.rfftfreq(40 * RATE_HZ, 1 / RATE_HZ)
        shape = np.where(f > 30, 1 / np.sqrt(np.maximum(f, 30)), 0)
        noise = np.fft.irfft(shape * np.exp(2j * np.pi * rng.random((2, len(f)))))
        self.noise = (0.05 * noise / noise.std()).astype(np.float32)

    def set(self, **values):
        self.store.set_many({name.replace("__", "."): value for name, value in values.items()}, "test")

    def play(self, seconds):
        """Play for so many seconds; returns the loudness of the last two."""
        heard = []
        for _ in range(round(4 * seconds)):
            at = self.engine.frames % (self.noise.shape[1] - STEP)
            block = self.noise[:, at : at + STEP].copy()
            self.engine.process(block)
            heard.append(block)
            self.loudness_match.tick()
        return loudness_lufs(np.concatenate(heard[-8:], axis=1).T, RATE_HZ)


@pytest.mark.parametrize("gain_db", [6.0, -4.0])
def test_bypass_and_chain_are_equally_loud(rng, record, gain_db):
    desk = Desk(rng)
    desk.set(limiter__gain_db=gain_db)
    wet = desk.play(8)
    desk.set(chain__bypass=1)
    dry = desk.play(4)
    assert wet - dry == pytest.approx(gain_db, abs=0.3)
    desk.set(chain__bypass=0, chain__match=1)
    matched = desk.play(8)
    desk.set(chain__bypass=1)
    bypassed = desk.play(4)
    record("Box", f"loudness match, chain at {gain_db:+g} dB: difference of loudness between bypass and chain", abs(matched - bypassed), "LU",
           target="≤ 0.1 LU", tolerance=0.05)  # fmt: skip
    assert matched == pytest.approx(bypassed, abs=0.1)
    assert max(matched, bypassed) == pytest.approx(min(wet, dry), abs=0.3)  # nothing was turned up


def test_a_and_b_are_equally_loud(rng):
    desk = Desk(rng)
    desk.set(limiter__gain_db=6.0)
    desk.play(6)
    desk.store.select("b", "test")
    desk.set(limiter__gain_db=2.0)
    desk.play(6)
    desk.set(chain__match=1)
    b = desk.play(6)
    desk.store.select("a", "test")
    a = desk.play(6)
    assert a == pytest.approx(b, abs=0.1)


def test_without_matching_the_levels_are_exactly_as_they_were(rng):
    desk = Desk(rng)
    desk.set(limiter__gain_db=6.0, chain__match=1)
    desk.play(8)
    assert desk.store.get("chain.match_wet_db") == pytest.approx(-6, abs=0.2)
    desk.set(chain__match=0)
    desk.play(0.5)
    assert desk.store.get("chain.match_wet_db") == 0 and desk.store.get("chain.match_dry_db") == 0


def test_silence_does_not_count_as_a_measurement(rng):
    desk = Desk(rng)
    desk.noise[:] = 0
    desk.set(limiter__gain_db=6.0, chain__match=1)
    desk.play(6)
    assert desk.store.get("chain.match_wet_db") == 0


def test_holding_bypass_compares_at_equal_loudness_and_goes_on_after_the_release(rng, tmp_path, record):
    """BYPASS is held while music plays that has been measured, and released. The chain is louder by 6 dB, so it is the one that is turned
    down: what is heard after the release is as loud as what was heard while the key was held. Then the level comes back. The time
    is counted in audio frames, with a tick of the control process every 50 ms."""
    desk = Desk(rng)
    desk.set(limiter__gain_db=6.0)
    alone = desk.play(8)
    clock = lambda: desk.engine.frames / RATE_HZ  # noqa: E731
    panel = PanelController(desk.store, PresetLibrary(tmp_path), clock=clock)
    panel.press("BYPASS")
    desk.play(0.75)
    panel.tick()
    held_s = clock()
    matched_s = None
    while matched_s is None and clock() < held_s + 1:
        desk.engine.process(desk.noise[:, : STEP // 5].copy())
        desk.loudness_match.tick()
        if desk.store.get("chain.match_wet_db") == pytest.approx(-6, abs=0.3):
            matched_s = clock() - held_s + 0.02  # the ramp
    record("Box", "loudness match on the panel: from the held key to matched levels, with the ramp", 1000 * matched_s, "ms",
           target="≤ 100 ms", digits=0)  # fmt: skip
    assert matched_s <= 0.1
    held = desk.play(4)
    panel.release("BYPASS")
    assert desk.store.get("chain.bypass") == 0
    after = desk.play(5)
    record("Box", "loudness match on the panel: chain after the release, against the input while BYPASS is held", abs(after - held), "LU",
           target="≤ 0.1 LU", tolerance=0.05)  # fmt: skip
    assert after == pytest.approx(held, abs=0.1)
    desk.play(AFTER_S)
    panel.tick()
    assert desk.store.get("chain.match") == 0
    assert desk.play(3) == pytest.approx(alone, abs=0.3)
