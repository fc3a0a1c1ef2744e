"""The simulated card: its clock and its files."""

import numpy as np
import pytest
import soundfile

from firmware.sim import sound_card
from firmware.system.errors import Refusal

PERIOD_S = 128 / 48000


class Times:
    """Wall-clock time and processor time, which the test sets."""

    def __init__(self, periods=3):
        self.wall_s, self.cpu_s, self.stalls = 100.0, 7.0, 0
        self.clock = sound_card.SimClock(48000, 128, periods, wall=lambda: self.wall_s, own_s=lambda: self.cpu_s,
                                  sleep=self.pause, stalled=self.count)  # fmt: skip
        assert self.clock.wait_playback(128 * (periods - 1))

    def pause(self, seconds):
        self.wall_s += seconds

    def count(self):
        self.stalls += 1

    def compute(self, periods):
        self.wall_s += periods * PERIOD_S
        self.cpu_s += periods * PERIOD_S

    def run(self, periods, load):
        """(number of periods without a failure, "capture" or "playback" if that failed)."""
        for n in range(periods):
            if not self.clock.wait_capture():
                return n, "capture"
            self.compute(load)
            if not self.clock.wait_playback(128):
                return n, "playback"
        return periods, ""


def test_reads_and_writes_take_the_time_of_a_real_card():
    times = Times()
    assert times.run(1000, 0.5) == (1000, "")
    assert times.wall_s == pytest.approx(100 + 1000.5 * PERIOD_S)
    assert times.stalls == 0


def test_the_buffer_absorbs_one_long_block():
    times = Times(periods=4)
    assert times.run(10, 0.5) == (10, "")
    assert times.run(1, 1.9) == (1, "")
    assert times.run(10, 0.5) == (10, "")
    assert times.wall_s == pytest.approx(100 + 21.5 * PERIOD_S)


def test_processing_for_too_long_is_an_xrun_and_the_next_write_restarts():
    times = Times()
    assert times.run(10, 0.5) == (10, "")
    assert times.run(1, 2.1) == (0, "playback")  # one period was in the buffer
    assert times.clock.wait_playback(256)
    assert times.run(100, 0.9) == (100, "")


def test_processing_slightly_too_slowly_finally_causes_an_xrun():
    well, side = Times(periods=4).run(1000, 1.02)
    assert side == "playback" and 48 <= well <= 51  # 2 % of 50 periods is one period, which the buffer contains


def test_a_delay_before_the_read_overruns_capture():
    times = Times()
    times.run(5, 0.1)
    times.compute(3.5)
    assert not times.clock.wait_capture()


def test_the_clock_stops_while_the_host_does_not_run_the_process():
    times = Times()
    assert times.run(10, 0.5) == (10, "")
    times.wall_s += 0.3
    assert times.run(10, 0.5) == (10, "")
    assert times.stalls == 1
    assert times.wall_s == pytest.approx(100 + 0.3 + 20.5 * PERIOD_S, abs=PERIOD_S)


def test_extra_time_of_a_single_block_is_not_counted():
    now_s = [0.0]
    own = sound_card.OwnTime(lambda: now_s[0])
    believed = []
    for took_s in (1, 1, 9, 1, 1, 8, 7, 2, 1):
        own.start()
        now_s[0] += took_s
        believed.append(own.stop())
    assert believed == [0, 1, 1, 1, 1, 1, 7, 2, 1]
    assert own.total_s == sum(believed)


def test_unpaced_never_waits_or_fails():
    def never(*_):
        raise AssertionError

    clock = sound_card.SimClock(48000, 128, 3, paced=False, wall=never, own_s=never, sleep=never)
    assert all(clock.wait_capture() and clock.wait_playback(128) for _ in range(100))


def test_input_is_the_files_one_after_the_other_to_the_bit(tmp_path, rng):
    words = rng.integers(-(2**23), 2**23, (1000, 2)).astype(np.int32) << 8
    soundfile.write(tmp_path / "a.wav", words, 48000, subtype="PCM_24")
    floats = rng.uniform(-1.2, 1.2, (500, 2)).astype(np.float32)
    soundfile.write(tmp_path / "b.wav", floats, 48000, subtype="FLOAT")
    mixes = [str(tmp_path / "a.wav"), str(tmp_path / "b.wav")]
    assert sound_card.mix_rate_hz(mixes) == 48000
    assert sound_card.prepare(tmp_path, mixes) == 1500
    played = np.fromfile(tmp_path / "in.raw", "<i4").reshape(-1, 2)
    assert np.array_equal(played[:1000], words)
    expected = np.clip(np.rint(floats.astype(float) * 2**31), -(2**31), 2**31 - 1)
    assert np.array_equal(played[1000:1500], expected.astype(np.int32))
    assert len(played) == 1500 + 48000 and not played[1500:].any()


def wav(path, channels=2, rate_hz=48000, frames=100, value=0.0):
    soundfile.write(path, np.full((frames, channels), value), rate_hz, subtype="FLOAT")
    return path


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda d: d / "none.wav", "does not exist"),
        (lambda d: wav(d / "mono.wav", channels=1), "1 channel,"),
        (lambda d: wav(d / "eight.wav", channels=8), "8 channels"),
        (lambda d: (d / "text.wav", (d / "text.wav").write_text("not sound"))[0], "not a sound file"),
        (lambda d: wav(d / "rate.wav", rate_hz=22050), "22050 Hz: allowed are 44100"),
        (lambda d: wav(d / "empty.wav", frames=0), "is empty"),
        (lambda d: wav(d / "nan.wav", value=np.nan), "not numbers"),
    ],
)
def test_refuses_what_cannot_be_played(tmp_path, make, message):
    path = str(make(tmp_path))
    with pytest.raises(Refusal, match=message) as refusal:
        sound_card.mix_rate_hz([path])
        sound_card.prepare(tmp_path, [path])
    assert path in str(refusal.value) and refusal.value.status == 2 and "\n" not in str(refusal.value)


def test_files_of_different_rates_are_refused(tmp_path):
    with pytest.raises(Refusal, match="a run needs files of one rate"):
        sound_card.mix_rate_hz([str(wav(tmp_path / "a.wav")), str(wav(tmp_path / "b.wav", rate_hz=96000))])
