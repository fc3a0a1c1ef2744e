"""The contract of every processor in the chain, tested for all of them."""

import numpy as np
import pytest

from dsp_ext import Engine, SeqLock, settings
from dsp_ext.core.delay import Delay
from dsp_ext.core.processor import RATES_HZ
from dsp_ext.eq.eq import Eq
from dsp_ext.limiter.limiter import Limiter
from dsp_ext.meters.meter import Meter
from dsp_ext.meters.spectrum import Spectrum
from dsp_ext.multiband.multiband import Multiband
from dsp_ext.output.dc_filter import DcFilter
from dsp_ext.output.dither import Dither
from dsp_ext.output.saturator import Saturator
from dsp_ext.output.stereo import Stereo
from tests.support.stream import through

PROCESSORS = {
    "delay": lambda rate_hz, max_block=4096: Delay(rate_hz, max_block, 1000),
    "eq": Eq,
    "multiband": Multiband,
    "stereo": Stereo,
    "saturator": Saturator,
    "dc_filter": DcFilter,
    "limiter": Limiter,
    "dither": Dither,
    "meter": Meter,
    "spectrum": Spectrum,
    "engine": Engine,
}
MODULES = pytest.mark.parametrize("name", PROCESSORS)
RATES = pytest.mark.parametrize("rate_hz", [44100, 48000, 96000, 192000])


def make(name: str, rate_hz: int, max_block: int = 4096):
    return PROCESSORS[name](rate_hz, max_block)


def noise(rng, frames: int, level: float = 0.1) -> np.ndarray:
    return (level * rng.standard_normal((2, frames))).astype(np.float32)


def words24(rng, frames: int, peak: float = 0.7) -> np.ndarray:
    """Random 24-bit words as float32, including difficult ones: ±1 step, and long silence."""
    words = rng.integers(-int(peak * 2**23), int(peak * 2**23), (2, frames))
    words[:, frames // 4 : frames // 3] = rng.integers(-1, 2, (2, frames // 3 - frames // 4))
    words[:, frames // 2 : frames // 2 + frames // 20] = 0
    # The signal is so slow that no true peak exceeds its samples: the limiter does not act.
    smooth = np.cumsum(words, axis=1) / np.sqrt(frames) / 8
    words = np.where(np.arange(frames) < frames // 4, smooth, words * 0.25)
    return (np.rint(words) / 2**23).astype(np.float32)


@MODULES
@RATES
def test_idle_passes_24_bit_words_unchanged_at_the_reported_latency(name, rate_hz, rng):
    processor = make(name, rate_hz)
    frames = processor.latency + 20000
    x = words24(rng, frames)
    y = through(processor, x)
    lag = processor.latency
    assert np.array_equal(y[:, lag:], x[:, : frames - lag])
    assert not y[:, :lag].any()


@MODULES
def test_cutting_the_stream_changes_no_bit(name, rng):
    x = noise(rng, 30000)
    whole = through(make(name, 48000), x)
    for _ in range(3):
        lengths = rng.choice([1, 2, 7, 64, 127, 128, 129, 480, 1000, 4096], 400)
        cuts = [c for c in np.cumsum(lengths) if c < x.shape[1]]
        assert np.array_equal(through(make(name, 48000), x, cuts), whole)


@MODULES
def test_longest_block_changes_no_bit(name, rng):
    x = noise(rng, 9000)
    assert np.array_equal(through(make(name, 48000, 64), x), through(make(name, 48000, 8192), x))


@MODULES
def test_after_a_reset_it_behaves_like_a_new_processor(name, rng):
    used = make(name, 48000)
    x = noise(rng, 12000)
    first = through(used, x)
    used.reset()
    assert np.array_equal(through(used, x), first)


@MODULES
def test_silence_stays_silence(name):
    y = through(make(name, 48000), np.zeros((2, 20000), np.float32))
    assert not y.any()


@MODULES
@pytest.mark.parametrize("signal", ["square", "dc", "denormals", "silence then full scale"])
def test_hard_signals_stay_finite(name, signal, rng):
    frames = 40000
    x = np.zeros((2, frames), np.float32)
    if signal == "square":
        x[:] = np.where(np.arange(frames) // 50 % 2, 1, -1)
    elif signal == "dc":
        x[:] = 1
    elif signal == "denormals":
        x[:, :100] = 1
        x[:, 100:] = 1e-40
    else:
        x[:, frames // 2 :] = np.sign(rng.standard_normal((2, frames // 2)))
    assert np.all(np.isfinite(through(make(name, 48000), x)))


@MODULES
def test_refuses_signals_that_are_not_stereo_and_rates_that_cannot_be_prepared(name):
    processor = make(name, 48000)
    with pytest.raises(ValueError, match=r"shape \(2, frames\)"):
        processor.process(np.zeros((1, 64), np.float32))
    with pytest.raises(ValueError, match="rate_hz must be"):
        make(name, 32000)
    with pytest.raises(ValueError, match="max_block must be 1 to 8192"):
        make(name, 48000, 0)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_every_rate_can_be_prepared(rate_hz):
    engine = Engine(rate_hz, 512)
    parts = (engine.eq, engine.multiband, engine.saturator, engine.limiter)
    assert engine.latency == sum(part.latency for part in parts)


class TestEngine:
    """Tests that concern the whole chain only."""

    def test_bad_audio_is_silenced_counted_and_forgotten(self, rng):
        engine = Engine(48000, 480)
        x = noise(rng, 48000)
        bad = x.copy()
        bad[0, 4800 + 100] = np.nan
        bad[1, 9600 + 5] = 1e9
        clean = x.copy()
        clean[:, 4800:5280] = 0
        clean[:, 9600:10080] = 0
        blocks = list(range(480, 48000, 480))
        y = through(engine, bad, blocks)
        assert engine.cells[Engine.CELLS.index("bad_blocks")] == 2
        assert np.array_equal(y, through(Engine(48000, 480), clean, blocks))

    def test_bypass_is_the_delayed_input_bit_for_bit(self, rng):
        engine = Engine(48000, 480)
        engine.set("limiter.gain_db", 6.0)
        x = words24(rng, 48000)
        through(engine, x)
        engine.set("chain.bypass", 1)
        y = through(engine, np.concatenate([x, x], axis=1))
        lag = engine.latency
        settled = 2000  # the 20 ms crossfade, and a margin
        both = np.concatenate([x, x, x], axis=1)
        assert np.array_equal(y[:, settled:], both[:, 48000 - lag + settled : 48000 - lag + y.shape[1]])

    def test_mute_is_silence_and_can_be_switched_off(self, rng):
        engine = Engine(48000, 480)
        engine.set("chain.mute", 1)
        x = words24(rng, 48000)
        assert not through(engine, x)[:, 2000:].any()
        engine.set("chain.mute", 0)
        assert through(engine, x)[:, 2000:].any()

    def test_trim_is_exact_after_its_ramp(self, rng):
        engine = Engine(48000, 480)
        engine.set("input.trim_db", -6.0)
        x = words24(rng, 48000)
        y = through(engine, x)
        lag = engine.latency
        gain = 10 ** (-6 / 20)
        assert np.allclose(y[:, lag + 4000 :], gain * x[:, 4000 : 48000 - lag], rtol=1e-6, atol=1e-9)

    def test_words_and_floats_give_the_same_sound(self, rng):
        x = words24(rng, 20000)
        words = np.ascontiguousarray((x.T.astype(np.float64) * 2**31).astype(np.int32))
        through_words = words.copy()
        engine = Engine(48000, 512)
        engine.set("limiter.gain_db", 3.0)
        engine.process_words(through_words)
        other = Engine(48000, 512)
        other.set("limiter.gain_db", 3.0)
        y = through(other, x)
        assert np.array_equal(through_words.T, np.rint(y.astype(np.float64) * 2**31).clip(-(2**31), 2**31 - 1))

    def test_words_at_full_scale_do_not_wrap(self):
        words = np.full((4000, 2), 2**31 - 1, np.int32)
        words[::2] = -(2**31)
        engine = Engine(48000, 512)
        engine.set("limiter.enabled", 0)
        engine.set("limiter.gain_db", 24.0)
        engine.process_words(words)
        assert words.max() <= 2**31 - 1  # full scale without wrapping: the signs still alternate like the input
        tail = words[engine.latency + 1000 :]
        assert np.all(np.sign(tail[1:]) == -np.sign(tail[:-1])) or not len(tail)

    @pytest.mark.parametrize(
        ("name", "value"),
        [("multiband.b1.attack_ms", 0), ("limiter.release_ms", -1), ("limiter.style", 3), ("multiband.split", 0.5)],
    )
    def test_refuses_settings_that_are_out_of_range(self, name, value):
        """The rejected value changes nothing, whether it is set by `set`, by `set_all` or through shared memory."""
        engine, fresh = Engine(48000, 512), Engine(48000, 512)
        with pytest.raises(ValueError, match=f"{name} must be "):
            engine.set(name, value)
        values = np.array(list(settings.ENGINE.defaults.values()))
        fresh.set_all(values)
        values[Engine.SETTINGS.index(name)] = value
        with pytest.raises(ValueError, match=f"{name} must be "):
            engine.set_all(values)
        lock = SeqLock(bytearray(SeqLock.bytes_for(len(values))), len(values))
        engine.attach(settings=lock)
        lock.write(values, 1)
        words = (np.random.default_rng(1).standard_normal((9600, 2)) * 2**29).astype(np.int32)
        expected = words.copy()
        engine.process_words(words)
        fresh.process_words(expected)
        assert expected[engine.latency :].any() and np.array_equal(words, expected)

    def test_refuses_settings_that_are_not_numbers_or_do_not_exist(self):
        engine = Engine(48000, 512)
        with pytest.raises(ValueError, match=r"limiter\.gain_db must be -12 to 24 dB, not nan"):
            engine.set("limiter.gain_db", float("nan"))
        with pytest.raises(KeyError, match="no setting"):
            engine.set("limiter.gain", 1.0)
        with pytest.raises(ValueError, match=r"input\.trim_db must be -24 to 24 dB, not .*nan"):
            engine.set_all(np.full(len(Engine.SETTINGS), np.nan))
