"""The audio loop: its reaction to failing streams, and its counters."""

import alsaaudio
import numpy as np
import pytest

from dsp_ext import Engine
from firmware import audio
from firmware.system.errors import BUSY, NO_DEVICE, Refusal
from firmware.system.options import Options
from firmware.system.shared_memory import SharedMemory
from tests.support.audio_bench import PREFILL, Bench
from tests.support.rig import PERIOD, RATE_HZ, ArrayCapture, ListPlayback, music


def test_prefills_once_and_then_passes_every_period(rng):
    words = music(rng, 0.2)
    bench = Bench(ArrayCapture(words), ListPlayback())
    counted = bench.run(len(words))
    assert counted["xruns"] == 0 and counted["prefill_frames"] == PREFILL
    assert counted["latency_frames"] == bench.engine.latency
    out = bench.playback.words
    assert not out[: PREFILL + bench.engine.latency].any()
    assert np.array_equal(out[PREFILL + bench.engine.latency :], words[: len(out) - PREFILL - bench.engine.latency])


@pytest.mark.parametrize("side", ["capture", "playback"])
def test_an_xrun_of_either_side_restarts_both_with_the_same_prefill(rng, side):
    words = music(rng, 0.3)
    fail_at = (20, 50)
    capture = ArrayCapture(words, fail_at if side == "capture" else ())
    playback = ListPlayback(fail_at if side == "playback" else ())
    bench = Bench(capture, playback)
    counted = bench.run(len(words))
    assert counted["xruns"] == 2
    assert capture.drops == playback.drops == 2
    out = playback.words
    lost = 2 * PERIOD if side == "playback" else 0
    assert len(out) == bench.engine.frames - lost + 3 * PREFILL
    # The latency is constant: the number of frames between input and output is the same before and after.
    tail = out[-PERIOD * 10 :]
    end = bench.engine.frames - bench.engine.latency
    assert np.array_equal(tail, words[end - len(tail) : end])


def test_after_an_xrun_it_fades_in(rng):
    words = np.full((RATE_HZ // 2, 2), 1 << 28, np.int32)
    playback = ListPlayback((60,))
    bench = Bench(ArrayCapture(words), playback)
    bench.run(len(words))
    left = playback.words[:, 0]
    gap = PREFILL + 59 * PERIOD
    assert not left[gap : gap + PREFILL].any()
    fade = left[gap + PREFILL :][: round(0.02 * RATE_HZ)]
    assert fade[0] < 1 << 20 and np.all(np.diff(fade) >= 0) and fade[-1] == 1 << 28
    events, _ = bench.shared.events.since(0)
    assert [Engine.EVENT_KINDS[int(kind)] for _, kind, _ in events] == ["fade"]


def test_short_writes_are_completed(rng):
    words = music(rng, 0.1)
    whole, short = ListPlayback(), ListPlayback(most=100)
    Bench(ArrayCapture(words), whole).run(len(words))
    Bench(ArrayCapture(words), short).run(len(words))
    assert short.data == whole.data and short.writes > whole.writes


def test_a_card_that_takes_or_gives_nothing_ends_the_process(rng):
    with pytest.raises(audio.StreamFault, match="takes no frames"):
        Bench(ArrayCapture(music(rng, 0.1)), ListPlayback(most=0)).run(1000)
    with pytest.raises(audio.StreamFault, match="delivered 0 frames"):
        capture = ArrayCapture(music(rng, 0.1))
        capture.read = lambda: (0, b"")
        Bench(capture, ListPlayback()).run(1000)


@pytest.mark.parametrize("side", ["read", "write"])
def test_a_signal_during_a_call_of_the_card_is_not_a_failure(rng, side):
    """The words are those of a run without the signal. If the signal requests the end, the loop ends."""
    words = music(rng, 0.1)
    undisturbed = Bench(ArrayCapture(words), ListPlayback())
    undisturbed.run(len(words))
    bench = Bench(ArrayCapture(words), ListPlayback())
    stream = bench.capture if side == "read" else bench.playback
    real, calls = getattr(stream, side), iter(range(1_000_000))

    def interrupted(*data):
        if next(calls) in (0, 7):
            raise alsaaudio.ALSAAudioError("Interrupted system call [hw:0]")
        return real(*data)

    setattr(stream, side, interrupted)
    counted = bench.run(len(words))
    assert bench.playback.data == undisturbed.playback.data and counted["xruns"] == 0


def test_counts_load_and_overload(rng):
    class Given:
        took = iter([0.2, 0.9, 0.5, 0.84])

        def start(self):
            pass

        def stop(self):
            return next(self.took) * PERIOD / RATE_HZ

    counted = Bench(ArrayCapture(music(rng, 0.1)), ListPlayback(), Given()).run(4 * PERIOD)
    assert counted["overloads"] == 1
    assert counted["load_max_ppm"] == pytest.approx(900_000, abs=2)
    assert counted["load_last_ppm"] == pytest.approx(840_000, abs=2)


def test_fades_out_before_it_ends():
    words = np.full((RATE_HZ, 2), 1 << 28, np.int32)
    bench = None

    def on_read(frame):
        bench.shared.counters["leaving"] = int(frame >= RATE_HZ // 2)

    bench = Bench(ArrayCapture(words, on_read=on_read), ListPlayback())
    bench.run(len(words))
    left = bench.playback.words[PREFILL:, 0]
    leaving = -(-RATE_HZ // 2 // PERIOD) * PERIOD
    assert left[leaving - 1] == 1 << 28
    fade = left[leaving : leaving + round(0.02 * RATE_HZ)]
    assert np.all(np.diff(fade) <= 0) and not left[leaving + len(fade) :].any()


@pytest.mark.parametrize(
    ("words", "analog", "varied"),
    [
        (np.full((4800, 2), -1, np.int32), False, False),
        (np.full((4800, 2), 1 << 28, np.int32), True, False),
        (np.zeros((4800, 2), np.int32), True, False),  # an analogue input has noise
        (np.zeros((4800, 2), np.int32), False, True),  # digital silence before the music
        (np.arange(9600, dtype=np.int32).reshape(-1, 2), True, True),
    ],
)
def test_records_whether_the_capture_varies(words, analog, varied):
    bench = Bench(ArrayCapture(words), ListPlayback(), analog=analog)
    counted = bench.run(len(words) - PERIOD)
    assert counted["varied_at"] == (bench.engine.frames if varied else 0)


def test_no_frame_is_processed_before_there_are_settings():
    """This holds even if the control process takes long: without frames there is no heartbeat, so the relays stay in bypass and
    the box does not play with default settings."""
    counters = SharedMemory.create(RATE_HZ).counters
    slept = []

    def sleep(seconds):
        slept.append(seconds)
        if sum(slept) > 100:
            counters["control_ready"] = 1

    audio.wait_for_settings(counters, lambda: False, sleep)
    assert sum(slept) > 100 and counters["audio_waits"] == len(slept)  # the supervisor sees that it is not stuck
    counters["control_ready"] = 0
    audio.wait_for_settings(counters, lambda: True, sleep)  # an orderly stop ends the wait


@pytest.fixture
def options(tmp_path):
    return Options(run_dir=tmp_path, state_dir=tmp_path, rate_hz=RATE_HZ, period=PERIOD)


def test_an_unknown_device_is_one_sentence(options, capfd):
    with pytest.raises(Refusal, match=r"'nowhere' cannot be opened for capture .*known devices are") as refusal:
        audio.open_stream(alsaaudio.PCM_CAPTURE, "nowhere", options)
    assert refusal.value.status == NO_DEVICE and "\n" not in str(refusal.value)
    assert capfd.readouterr().err == ""  # alsa-lib prints nothing either


def test_a_device_in_use_is_refused_and_not_waited_for(options, monkeypatch):
    def busy(direction, mode, **_):
        assert mode == alsaaudio.PCM_NONBLOCK
        raise alsaaudio.ALSAAudioError("Device or resource busy [hw:0]")

    monkeypatch.setattr(alsaaudio, "PCM", busy)
    with pytest.raises(Refusal, match="'hw:0' is in use") as refusal:
        audio.open_stream(alsaaudio.PCM_CAPTURE, "hw:0", options)
    assert refusal.value.status == BUSY


def test_the_mixer_of_the_hat_is_set_and_missing_controls_are_reported(monkeypatch):
    done = []

    class Mixer:
        def __init__(self, control, device):
            if control == "Nothing":
                raise alsaaudio.ALSAAudioError("Unable to find mixer control Nothing,0 [hw:CARD=x]")
            self._control = (control, device)

        def setvolume(self, volume, units):
            done.append((*self._control, volume, units))

        def getenum(self):
            return "VINL2", ("No Select", "VINL1[SE]", "VINL2")

        def setenum(self, index):
            done.append((*self._control, index))

        def close(self):
            pass

    monkeypatch.setattr(alsaaudio, "Mixer", Mixer)
    wanted = {"Digital": "-0.5dB", "ADC Left Input": "VINL1[SE]", "ADC Right Input": "VINR9", "Nothing": "0dB"}
    refused = audio.set_mixer("hw:CARD=x,DEV=0", wanted)
    card = "hw:CARD=x"
    assert done == [("Digital", card, -50, alsaaudio.VOLUME_UNITS_DB), ("ADC Left Input", card, 1)]
    assert [line.split(" = ")[0] for line in refused] == ["ADC Right Input", "Nothing"]


@pytest.mark.parametrize(
    ("isolated", "cores", "core"), [("3", 3, 3), ("2-3", 2, 3), ("1,3", 2, 3), ("", 4, 3), ("", 2, None)]
)
def test_the_core_of_the_audio_process(isolated, cores, core):
    assert audio.own_core(isolated, cores) == core


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [("format_name", "FLOAT_LE", "format FLOAT_LE"), ("rate", 44100, "rate 44100"), ("period_size", 1024, "1024")],
)
def test_a_device_with_other_settings_than_requested_is_refused(options, monkeypatch, key, value, message):
    class Other:
        def __init__(self, direction, mode, **asked):
            if mode == alsaaudio.PCM_NONBLOCK:
                return
            self._info = {"format_name": "S32_LE", "rate": asked["rate"], "channels": 2,
                          "period_size": asked["periodsize"], "periods": asked["periods"], key: value}  # fmt: skip

        def info(self):
            return self._info

        def close(self):
            pass

    monkeypatch.setattr(alsaaudio, "PCM", Other)
    with pytest.raises(Refusal, match=message):
        audio.open_stream(alsaaudio.PCM_PLAYBACK, "hw:0", options)
