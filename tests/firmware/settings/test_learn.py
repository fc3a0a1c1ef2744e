"""Learn: the gain into the limiter for a loudness, with the engine and its meters. Time is counted in audio frames."""

import numpy as np
import pytest

from demo.mix import synthesise
from dsp_ext import Engine, Ring
from dsp_ext.meters import measure
from firmware.contract import BoxError
from firmware.engine import settings_vector
from firmware.settings import COLUMNS, Learn, Store
from firmware.settings.learn import gated_lufs, uncertainty_lu
from firmware.system import MeterRows

RATE_HZ = 48000
TICK = RATE_HZ // 20
GAIN = "limiter.gain_db"


@pytest.fixture(scope="module")
def song():
    """10 s of the demo's song twice, the second time 3 dB louder, float32 (2, frames)."""
    x = np.ascontiguousarray(synthesise(RATE_HZ)[:, 8 * RATE_HZ : 18 * RATE_HZ], np.float32)
    return np.concatenate([0.5 * x, 0.707 * x], axis=1).astype(np.float32)


class Desk:
    """Engine, store and Learn, with a song that is played in a loop."""

    def __init__(self, x):
        columns = len(Engine.METERS)
        self.ring = Ring(bytearray(Ring.bytes_for(1024, columns)), 1024, columns)
        self.engine = Engine(RATE_HZ, 4096)
        self.engine.attach(meters=self.ring)
        self.now_s = 0.0
        self.store = Store(lambda values, rev: self.engine.set_all(settings_vector(values)), clock=lambda: self.now_s)
        self.engine.set_all(settings_vector(self.store.snapshot()))
        latency_rows = round(self.engine.latency / RATE_HZ * 100)
        self.learn = Learn(self.store, MeterRows(self.ring, COLUMNS).read, lambda: latency_rows)
        self.x = x
        self.at = 0

    def play(self, seconds):
        """Play on for so many seconds. Returns the output."""
        heard = []
        for _ in range(round(seconds * 20)):
            block = np.take(self.x, np.arange(self.at, self.at + TICK), axis=1, mode="wrap").copy()
            self.at += TICK
            self.engine.process(block)
            heard.append(block)
            self.now_s += TICK / RATE_HZ
            self.learn.tick()
        return np.concatenate(heard, axis=1)

    def finish(self):
        """Play until the box does not listen any more."""
        while self.learn.state.under_way:
            self.play(1)
        return self.learn.state

    def song_lufs(self):
        """The integrated loudness of the whole song with the present settings."""
        self.at = 0
        self.play(2)
        self.at = 0
        return measure(self.play(self.x.shape[1] / RATE_HZ), RATE_HZ)["integrated_lufs"]


@pytest.mark.parametrize(("target_lufs", "before_db"), [(-14.0, 0.0), (-9.0, 12.0)])
def test_the_song_has_the_target_afterwards(song, target_lufs, before_db, record):
    desk = Desk(song)
    desk.store.set_many({GAIN: before_db}, "panel")
    desk.learn.start(target_lufs, 20.0)
    learnt = desk.finish()
    assert learnt.phase == "done" and learnt.gain_db == desk.store.get(GAIN)
    assert f"{before_db:+.1f} -> {learnt.gain_db:+.1f} dB" in learnt.text and "within" in learnt.text
    wrong = desk.song_lufs() - target_lufs
    record("Box", f"learning {target_lufs:g} LUFS: distance of the song's loudness from the target", wrong, "LU", target="within ±0.3 LU",
           tolerance=0.1)  # fmt: skip
    assert abs(wrong) <= 0.3 and abs(learnt.expected_lufs - target_lufs) <= 0.3


def test_it_says_how_far_a_song_can_be_away_of_which_it_heard_mostly_the_quiet_part(song):
    desk = Desk(song)
    desk.learn.start(-16.0, 12.0)
    learnt = desk.finish()
    assert abs(desk.song_lufs() - -16.0) <= learnt.within_lu < 3


def test_one_undo_takes_the_whole_learning_back(song):
    desk = Desk(song)
    desk.store.set_many({GAIN: 1.5}, "panel")
    desk.play(2)
    desk.learn.start(-12.0, 10.0)
    assert desk.finish().phase == "done" and desk.store.get(GAIN) != 1.5
    assert desk.store.undoable == 2
    desk.store.undo("panel")
    assert desk.store.get(GAIN) == 1.5


def test_nothing_is_changed_in_silence_or_too_far_away(song):
    silent = Desk(np.zeros((2, RATE_HZ), np.float32))
    silent.learn.start(-14.0, 10.0)
    silent.play(6)
    assert silent.learn.state.phase == "stopped" and "no sound for 5 s" in silent.learn.state.text
    half = Desk(np.concatenate([song[:, : 3 * RATE_HZ], np.zeros((2, 9 * RATE_HZ), np.float32)], axis=1))
    half.learn.start(-14.0, 12.0)
    assert "of 12 s had sound" in half.finish().text
    quiet = Desk(song * np.float32(0.06))
    quiet.learn.start(-8.0, 10.0)
    assert "set the level before the box" in quiet.finish().text
    for desk in (silent, half, quiet):
        assert desk.store.get(GAIN) == 0 and desk.store.undoable == 0


def test_another_change_stops_it_and_a_second_start_is_refused(song):
    desk = Desk(song)
    desk.learn.start(-14.0, 10.0)
    with pytest.raises(BoxError, match="learning already"):
        desk.learn.start(-14.0, 10.0)
    desk.play(1)
    desk.store.set_many({"eq.b2.gain_db": 2}, "panel")
    desk.play(0.1)
    assert desk.learn.state.phase == "stopped" and "eq.b2.gain_db changed" in desk.learn.state.text
    desk.learn.start(-14.0, 10.0)
    assert desk.learn.stop().text == "learning was stopped"


@pytest.mark.parametrize(("id", "words"), [("chain.bypass", "the bypass"), ("multiband.b2.solo", "the solo of band 2")])
def test_what_changes_the_output_must_be_off(song, id, words):
    desk = Desk(song)
    desk.store.set_many({id: 1}, "panel")
    with pytest.raises(BoxError, match=f"cannot learn while {words} is on"):
        desk.learn.start(-14.0, 10.0)


def test_the_gates_are_those_of_the_standard(rng):
    blocks = np.concatenate([np.full(100, -20.0), np.full(50, -29.0), np.full(50, -40.0), np.full(50, -90.0)])
    above = np.concatenate([np.full(100, -20.0), np.full(50, -29.0)])
    assert gated_lufs(blocks) == pytest.approx(10 * np.log10(np.mean(10 ** (above / 10))))
    assert gated_lufs(np.full(10, -150.0)) == -150.0
    assert uncertainty_lu(np.full(300, -14.0)) == 0.0 and uncertainty_lu(rng.normal(-14, 3, 300)) > 0.1
