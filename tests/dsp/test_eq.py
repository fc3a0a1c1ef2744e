"""The linear-phase EQ as a processor."""

import itertools

import numpy as np
import pytest

from dsp_ext.design_eq import EqBand, analog_response, design, kernel_response
from dsp_ext.eq import RESOLUTIONS, Eq

RATES = pytest.mark.parametrize("rate_hz", [44100, 48000, 96000, 192000])


def db(response):
    return 20 * np.log10(np.abs(response))


def loaded(bands, rate_hz=48000, resolution=8192, **more):
    """An Eq that runs on `bands`."""
    eq = Eq(rate_hz, 4096, resolution)
    eq.convolver.load(eq.convolver.pack(design(bands, rate_hz, eq.taps, **more)), jump=True)
    return eq


def impulse_responses(eq):
    """Kernels as the processor plays them, shape (input channel, output channel, frames), latency cut off."""
    out = []
    for channel in range(2):
        block = np.zeros((2, eq.latency + eq.taps // 2), np.float32)
        block[channel, 0] = 1
        eq.reset()
        eq.process(block)
        out.append(block[:, eq.convolver.partition :])
    return np.array(out)


@RATES
@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_latency_is_exact_with_and_without_a_kernel(rate_hz, resolution):
    for bands in ([], [EqBand("bell", 1000, 6, 1), EqBand("high_shelf", 8000, -4, placement="mid")]):
        eq = loaded(bands, rate_hz, resolution)
        assert eq.latency == eq.taps // 2 + eq.convolver.partition
        block = np.zeros((2, eq.latency + 5000), np.float32)
        block[:, 1000] = 1
        eq.process(block)
        assert np.argmax(np.abs(block), axis=1).tolist() == [1000 + eq.latency] * 2


def test_other_resolutions_are_refused():
    with pytest.raises(ValueError, match="must be one of 4096, 8192, 16384, 32768 taps, not 5000"):
        Eq(48000, 4096, 5000)


def test_response_is_what_the_processor_does():
    freqs_hz = np.array([31.5, 250, 1000, 8000, 19000])
    np.testing.assert_allclose(np.abs(Eq(48000).response(freqs_hz)), 1)
    bands = [EqBand("bell", 300, 9, 2), EqBand("low_cut", 40), EqBand("high_shelf", 9000, -6, placement="side")]
    eq = loaded(bands)
    played = impulse_responses(eq)
    for placement, mono in (("mid", played[0] + played[1]), ("side", played[0] - played[1])):
        at = (mono[0] + (mono[1] if placement == "mid" else -mono[1])) / 2
        late = np.exp(-2j * np.pi * freqs_hz * eq.convolver.partition / 48000)
        np.testing.assert_allclose(
            late * kernel_response(at, 48000, freqs_hz), eq.response(freqs_hz, placement), atol=1e-5
        )
    np.testing.assert_allclose(db(eq.response(freqs_hz, "side")), db(analog_response(bands, freqs_hz)), atol=0.01)
    np.testing.assert_allclose(db(eq.response(freqs_hz)), db(analog_response(bands[:2], freqs_hz)), atol=0.01)
    with pytest.raises(ValueError, match="placement cannot be 'middle'"):
        eq.response(freqs_hz, "middle")


class TestPlacement:
    """Bands on one channel, on mid, on side."""

    def test_each_band_leaves_alone_what_it_is_not_placed_on(self, rng):
        tone = np.sin(2 * np.pi * 1000 / 48000 * np.arange(40000))
        inputs = {"left": (1, 0), "right": (0, 1), "mid": (1, 1), "side": (1, -1)}
        for placement, opposite in (("left", "right"), ("right", "left"), ("mid", "side"), ("side", "mid")):
            eq = loaded([EqBand("bell", 1000, 6, 1, placement=placement)])
            for signal, gain in ((placement, 10**0.3), (opposite, 1)):
                block = np.float32(0.4) * np.outer(inputs[signal], tone).astype(np.float32)
                expected = gain * block[:, 20000 - eq.latency : 40000 - eq.latency]
                eq.reset()
                eq.process(block)
                np.testing.assert_allclose(block[:, 20000:], expected, atol=2e-6)

    def test_all_placed_the_same_is_stereo(self):
        both = [EqBand("bell", 500, -8, 3, placement=placement) for placement in ("left", "right")]
        np.testing.assert_allclose(
            impulse_responses(loaded(both)), impulse_responses(loaded([EqBand("bell", 500, -8, 3)])), atol=1e-6
        )

    def test_mixed_placements_act_one_after_the_other(self):
        """Left and mid do not commute: the first band comes first."""
        first, second = EqBand("bell", 2000, 9, 1, placement="left"), EqBand("bell", 2000, -9, 0.7, placement="mid")
        eq = loaded([first, second])

        played = impulse_responses(eq)
        got = np.array([[kernel_response(played[i][o], 48000, 2000.0) for i in range(2)] for o in range(2)])
        lag = np.exp(-2j * np.pi * 2000 * eq.convolver.centre / 48000)
        mid = 10 ** (-9 / 20)
        expected = np.array([[mid + 1, mid - 1], [mid - 1, mid + 1]]) / 2 @ np.diag([10 ** (9 / 20), 1])
        np.testing.assert_allclose(got / lag, expected, atol=1e-3)


def test_solo_plays_the_region_of_the_band():
    bands = [EqBand("bell", 1000, 12, 2, enabled=False), EqBand("low_shelf", 100, -6), EqBand("tilt", 900, 3)]
    freqs_hz = np.array([20.0, 1000, 10000])
    bell = db(loaded(bands, solo=1).response(freqs_hz))
    assert bell[1] == pytest.approx(0, abs=0.01) and bell[0] < -35 and bell[2] < -22
    shelf = db(loaded(bands, solo=2).response(freqs_hz))
    assert shelf[0] == pytest.approx(0, abs=0.1) and shelf[1] < -38
    np.testing.assert_allclose(db(loaded(bands, solo=3).response(freqs_hz)), 0, atol=1e-3)
    side = loaded([EqBand("bell", 1000, 3, placement="side")], solo=1)
    assert np.abs(side.response(1000.0, "mid")) < 1e-5 < 0.99 < np.abs(side.response(1000.0, "side"))
    with pytest.raises(ValueError, match="solo cannot be 4: allowed is 0 to 3"):
        design(bands, 48000, 4096, solo=4)


def test_auto_gain_keeps_the_loudness_of_pink_noise(rng, record):
    """Against the meter: pink noise of ten seconds through random settings."""
    from pyloudnorm import Meter

    spectrum = np.fft.rfft(rng.standard_normal((2, 480000)))
    freqs_hz = np.fft.rfftfreq(480000, 1 / 48000)
    spectrum *= np.where((freqs_hz > 20) & (freqs_hz < 20000), 1 / np.sqrt(np.maximum(freqs_hz, 1)), 0)
    pink = np.fft.irfft(spectrum)
    pink *= 0.05 / np.std(pink)
    before = Meter(48000).integrated_loudness(pink.T)
    worst = 0.0
    for _ in range(6):
        bands = [
            EqBand("low_shelf", 120, float(rng.uniform(-12, 12))),
            EqBand("bell", float(rng.uniform(200, 4000)), float(rng.uniform(-12, 12)), 0.7, placement="mid"),
            EqBand("high_shelf", 6000, float(rng.uniform(-12, 12)), slope_db_oct=6),
            EqBand("low_cut", 60, slope_db_oct=24),
        ]
        eq, block = loaded(bands, auto_gain=True), pink.astype(np.float32)
        eq.process(block)
        worst = max(worst, abs(Meter(48000).integrated_loudness(block[:, eq.latency :].T) - before))
    assert worst < 0.1
    record("EQ", "auto gain, change of loudness of pink noise, pyloudnorm", worst, "LU", target="≤ 0.1 LU",
           tolerance=0.03)  # fmt: skip


def test_cutting_changes_no_bit_while_kernels_change(rng):
    x = rng.uniform(-1, 1, (2, 20000)).astype(np.float32)
    kernels = [
        design([EqBand("bell", 100, 8, 2)], 48000, 8192),
        design([EqBand("bell", 2000, 8, 2, placement="side")], 48000, 8192),
    ]

    def render(block_frames):
        eq, y = Eq(48000, 4096), x.copy()
        for start, end in itertools.pairwise((0, 3001, 9002, 20000)):
            if start:
                eq.convolver.load(eq.convolver.pack(kernels[start // 9000]))
            for at in range(start, end, block_frames):
                part = np.ascontiguousarray(y[:, at : min(at + block_frames, end)])
                eq.process(part)
                y[:, at : min(at + block_frames, end)] = part
        return y

    whole = render(20000)
    for block_frames in (17, 128, 509, 4096):
        np.testing.assert_array_equal(render(block_frames), whole)
