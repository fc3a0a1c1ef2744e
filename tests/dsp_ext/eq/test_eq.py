"""The EQ as a processor, in its modes."""

import itertools

import numpy as np
import pytest

from dsp_ext.core import kernel_response
from dsp_ext.core.processor import partition_frames, rate_factor
from dsp_ext.eq.design_fir import EqBand, analog_response
from dsp_ext.eq.eq import MODES, RESOLUTIONS, Eq

RATES = pytest.mark.parametrize("rate_hz", [44100, 48000, 96000, 192000])


def db(response):
    return 20 * np.log10(np.abs(response))


def loaded(bands, rate_hz=48000, **more):
    """An Eq that runs on `bands`."""
    eq = Eq(rate_hz, 4096)
    eq.load(eq.pack(bands, **more), jump=True)
    return eq


def noise(rng, frames):
    return rng.uniform(-1, 1, (2, frames)).astype(np.float32)


def impulse_responses(eq):
    """The impulse responses of the processor, shape (input channel, output channel, frames), without the latency."""
    out = []
    for channel in range(2):
        block = np.zeros((2, eq.latency + 16384), np.float32)
        block[channel, 0] = 1
        eq.reset()
        eq.process(block)
        out.append(block)
    return np.array(out)


@RATES
@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_latency_is_exact_with_and_without_a_kernel(rate_hz, resolution):
    for bands in ([], [EqBand("bell", 1000, 6, 1), EqBand("high_shelf", 8000, -4, placement="mid")]):
        eq = loaded(bands, rate_hz, resolution=resolution)
        assert eq.taps == resolution * rate_factor(rate_hz)
        assert eq.latency == eq.taps // 2 + partition_frames(rate_hz)
        block = np.zeros((2, eq.latency + 5000), np.float32)
        block[:, 1000] = 1
        eq.process(block)
        assert np.argmax(np.abs(block), axis=1).tolist() == [1000 + eq.latency] * 2


@RATES
def test_minimum_mode_has_no_latency(rate_hz):
    for bands in ([], [EqBand("bell", 1000, 6, 1), EqBand("high_shelf", 8000, -4, placement="mid")]):
        eq = loaded(bands, rate_hz, mode="minimum")
        assert eq.latency == 0 and eq.taps == 0 and eq.mode == "minimum"
        block = np.zeros((2, 5000), np.float32)
        block[:, 1000] = 1
        eq.process(block)
        assert np.argmax(np.abs(block), axis=1).tolist() == [1000] * 2 and not block[:, :1000].any()


def test_mixed_mode_moves_from_linear_to_minimum_phase(record):
    """Pre-ringing and latency decrease. At 100 %, the phase is that of the minimum-phase sections."""
    bands, freqs_hz = [EqBand("bell", 200, 9, 2), EqBand("high_shelf", 5000, -4)], np.geomspace(60, 10000, 200)
    ahead_db, sections = [], loaded(bands, mode="minimum")
    for percent in (0, 25, 50, 75, 100):
        eq = loaded(bands, mode="mixed", mix_pct=percent)
        assert eq.mode == ("mixed" if percent else "linear")
        assert eq.latency == round(4096 * (1 - percent / 100)) + partition_frames(48000)
        played = impulse_responses(eq)[0][0]
        ahead_db.append(10 * np.log10(np.sum(played[: eq.latency - 24] ** 2) + 1e-12))
        error_db = db(eq.response(freqs_hz)) - db(analog_response(bands, freqs_hz))
        assert np.max(np.abs(error_db)) < 0.05
        turned = eq.response(freqs_hz) * np.exp(2j * np.pi * freqs_hz * eq.latency / 48000)
        phase = percent / 100 * np.angle(sections.response(freqs_hz))
        assert np.max(np.abs(np.angle(turned * np.exp(-1j * phase)))) < 0.02
        record(
            "EQ",
            f"mixed mode with {percent} % of the minimum phase, bell of +9 dB at 200 Hz, 48 kHz: energy of the impulse response before its centre",
            ahead_db[-1],
            "dB",
            digits=0,
            tolerance=2,
        )
    assert all(later < earlier for earlier, later in itertools.pairwise(ahead_db))


def test_other_modes_and_resolutions_are_refused():
    eq = Eq(48000)
    with pytest.raises(ValueError, match="must be one of 4096, 8192, 16384, 32768 taps, not 5000"):
        eq.pack([], resolution=5000)
    with pytest.raises(ValueError, match="must be one of linear, minimum, mixed, not 'zero'"):
        eq.pack([], mode="zero")
    with pytest.raises(ValueError, match="mix_pct must be 0 to 100, not 101"):
        eq.pack([], mode="mixed", mix_pct=101)
    for packed in (eq.pack([], mode="minimum"), eq.pack([], resolution=4096)):
        with pytest.raises(ValueError, match="only jumped to"):
            eq.load(packed)


@pytest.mark.parametrize("mode", MODES)
def test_without_bands_the_input_passes_unchanged(mode, rng):
    eq, x = loaded([EqBand("bell", 1000), EqBand("notch", 50, enabled=False)], mode=mode), noise(rng, 20000)
    y = x.copy()
    eq.process(y)
    np.testing.assert_array_equal(y[:, eq.latency :], x[:, : 20000 - eq.latency])


@pytest.mark.parametrize("mode", MODES)
def test_response_is_the_measured_one(mode):
    freqs_hz = np.array([31.5, 250, 1000, 8000, 19000])
    np.testing.assert_allclose(np.abs(loaded([], mode=mode).response(freqs_hz)), 1)
    bands = [EqBand("bell", 300, 9, 2), EqBand("low_cut", 40), EqBand("high_shelf", 9000, -6, placement="side")]
    eq = loaded(bands, mode=mode)
    played = impulse_responses(eq)
    for placement, mono in (("mid", played[0] + played[1]), ("side", played[0] - played[1])):
        at = (mono[0] + (mono[1] if placement == "mid" else -mono[1])) / 2
        np.testing.assert_allclose(kernel_response(at, 48000, freqs_hz), eq.response(freqs_hz, placement), atol=2e-5)
    np.testing.assert_allclose(db(eq.response(freqs_hz, "side")), db(analog_response(bands, freqs_hz)), atol=0.01)
    np.testing.assert_allclose(db(eq.response(freqs_hz)), db(analog_response(bands[:2], freqs_hz)), atol=0.01)
    with pytest.raises(ValueError, match="placement cannot be 'middle'"):
        eq.response(freqs_hz, "middle")


@pytest.mark.parametrize("mode", MODES)
class TestPlacement:
    """Tests of bands on one channel, on mid, or on side."""

    def test_each_band_changes_only_the_channel_of_its_placement(self, mode):
        tone = np.sin(2 * np.pi * 1000 / 48000 * np.arange(40000))
        inputs = {"left": (1, 0), "right": (0, 1), "mid": (1, 1), "side": (1, -1)}
        for placement, opposite in (("left", "right"), ("right", "left"), ("mid", "side"), ("side", "mid")):
            eq = loaded([EqBand("bell", 1000, 6, 1, placement=placement)], mode=mode)
            for signal, gain in ((placement, 10**0.3), (opposite, 1)):
                block = np.float32(0.4) * np.outer(inputs[signal], tone).astype(np.float32)
                before = np.sqrt(np.mean(block[:, 16000:] ** 2, axis=1))
                eq.reset()
                eq.process(block)
                np.testing.assert_allclose(np.sqrt(np.mean(block[:, 16000:] ** 2, axis=1)), gain * before, atol=2e-5)

    def test_the_same_band_on_all_channels_is_a_stereo_band(self, mode):
        both = [EqBand("bell", 500, -8, 3, placement=placement) for placement in ("left", "right")]
        np.testing.assert_allclose(
            impulse_responses(loaded(both, mode=mode)),
            impulse_responses(loaded([EqBand("bell", 500, -8, 3)], mode=mode)),
            atol=1e-6,
        )

    def test_mixed_placements_act_one_after_the_other(self, mode):
        """Left and mid do not commute, so the order matters: the first band acts first."""
        first, second = EqBand("bell", 2000, 9, 1, placement="left"), EqBand("bell", 2000, -9, 0.7, placement="mid")
        eq = loaded([first, second], mode=mode)

        played = impulse_responses(eq)
        got = np.array([[kernel_response(played[i][o], 48000, 2000.0) for i in range(2)] for o in range(2)])
        lag = np.exp(-2j * np.pi * 2000 * eq.latency / 48000)  # no phase shift at their centres
        mid = 10 ** (-9 / 20)
        expected = np.array([[mid + 1, mid - 1], [mid - 1, mid + 1]]) / 2 @ np.diag([10 ** (9 / 20), 1])
        np.testing.assert_allclose(got / lag, expected, atol=1e-3 if mode == "linear" else 2e-2)


@pytest.mark.parametrize("mode", MODES)
def test_solo_plays_the_region_of_the_band(mode):
    bands = [EqBand("bell", 1000, 12, 2, enabled=False), EqBand("low_shelf", 100, -6), EqBand("tilt", 900, 3)]
    freqs_hz = np.array([20.0, 1000, 10000])
    bell = db(loaded(bands, mode=mode, solo=1).response(freqs_hz))
    assert bell[1] == pytest.approx(0, abs=0.01) and bell[0] < -35 and bell[2] < -22
    shelf = db(loaded(bands, mode=mode, solo=2).response(freqs_hz))
    assert shelf[0] == pytest.approx(0, abs=0.1) and shelf[1] < -38
    np.testing.assert_allclose(db(loaded(bands, mode=mode, solo=3).response(freqs_hz)), 0, atol=1e-3)
    side = loaded([EqBand("bell", 1000, 3, placement="side")], mode=mode, solo=1)
    assert np.abs(side.response(1000.0, "mid")) < 1e-5 < 0.99 < np.abs(side.response(1000.0, "side"))
    with pytest.raises(ValueError, match="solo cannot be 4: allowed is 0 to 3"):
        side.pack(bands, mode=mode, solo=4)


@pytest.mark.parametrize("mode", MODES)
def test_auto_gain_keeps_the_loudness_of_pink_noise(mode, rng, record):
    """Ten seconds of pink noise through random settings, measured with pyloudnorm."""
    from pyloudnorm import Meter

    spectrum = np.fft.rfft(rng.standard_normal((2, 480000)))
    freqs_hz = np.fft.rfftfreq(480000, 1 / 48000)
    spectrum *= np.where((freqs_hz > 20) & (freqs_hz < 20000), 1 / np.sqrt(np.maximum(freqs_hz, 1)), 0)
    pink = np.fft.irfft(spectrum)
    pink *= 0.05 / np.std(pink)
    before = Meter(48000).integrated_loudness(pink.T)
    worst = 0.0
    for _ in range(3):
        bands = [
            EqBand("low_shelf", 120, float(rng.uniform(-12, 12))),
            EqBand("bell", float(rng.uniform(200, 4000)), float(rng.uniform(-12, 12)), 0.7, placement="mid"),
            EqBand("high_shelf", 6000, float(rng.uniform(-12, 12)), slope_db_oct=6),
            EqBand("low_cut", 60, slope_db_oct=24),
        ]
        eq, block = loaded(bands, mode=mode, auto_gain=True), pink.astype(np.float32)
        eq.process(block)
        worst = max(worst, abs(Meter(48000).integrated_loudness(block[:, eq.latency :].T) - before))
    assert worst < 0.1
    record("EQ", f"auto gain, {mode} mode, random bands: change of the loudness of pink noise, measured by pyloudnorm, 48 kHz", worst, "LU", target="≤ 0.1 LU",
           tolerance=0.03)  # fmt: skip


@pytest.mark.parametrize("mode", MODES)
def test_cutting_changes_no_bit_while_bands_change(mode, rng):
    x = noise(rng, 20000)
    packed = [
        Eq(48000).pack([EqBand("bell", 100, 8, 2), EqBand("high_shelf", 3000, 4)], mode=mode),
        Eq(48000).pack([EqBand("bell", 2000, 8, 2, placement="side"), EqBand("high_shelf", 5000, 4)], mode=mode),
    ]

    def render(block_frames):
        eq, y = loaded([], mode=mode), x.copy()
        for start, end in itertools.pairwise((0, 3001, 9002, 20000)):
            if start:
                eq.load(packed[start // 9000])
            for at in range(start, end, block_frames):
                part = np.ascontiguousarray(y[:, at : min(at + block_frames, end)])
                eq.process(part)
                y[:, at : min(at + block_frames, end)] = part
        return y

    whole = render(20000)
    for block_frames in (17, 128, 509, 4096):
        np.testing.assert_array_equal(render(block_frames), whole)


def residue_of_change_db(before, after, mode, rate_hz):
    """The residue above 3 kHz of a full-scale tone of 200 Hz while the bands change."""
    tone = np.sin(2 * np.pi * 200 / rate_hz * np.arange(rate_hz)).astype(np.float32)
    x, eq, half = np.stack([tone, 0.6 * tone]), loaded(before, rate_hz, mode=mode), rate_hz // 2 + 31
    first, rest = np.ascontiguousarray(x[:, :half]), np.ascontiguousarray(x[:, half:])
    eq.process(first)
    eq.load(eq.pack(after, mode=mode))
    eq.process(rest)
    y = np.concatenate([first, rest], axis=1)[:, eq.latency + rate_hz // 4 :].astype(float)
    spectrum = np.fft.rfft(y * np.hanning(y.shape[1]))
    spectrum[:, np.fft.rfftfreq(y.shape[1], 1 / rate_hz) < 3000] = 0
    return 20 * np.log10(np.max(np.abs(np.fft.irfft(spectrum, y.shape[1]))))


@pytest.mark.parametrize("mode", MODES)
@RATES
def test_a_band_that_is_added_removed_or_moved_makes_no_click(rate_hz, mode, record):
    """This includes bands above the tone, whose filters start from silence or from the states of another band."""
    behind = EqBand("bell", 2800, -6, 2), EqBand("high_shelf", 8000, 4, placement="side")
    changes = (
        (None, EqBand("low_cut", 30)),
        (None, EqBand("low_shelf", 3000, 6)),
        (EqBand("tilt", 700, 3), EqBand("notch", 3400, q=3, placement="mid")),
        (EqBand("tilt", 73, 6, placement="left"), EqBand("low_cut", 2450, q=1.1, slope_db_oct=42)),
        (EqBand("high_cut", 3300, slope_db_oct=6, placement="side"), EqBand("high_shelf", 3000, 6)),
    )
    worst_db = -np.inf
    for one, other in changes:
        for pair in ((one, other), (other, one)):
            before, after = (((band,) if band else ()) + behind for band in pair)
            worst_db = max(worst_db, residue_of_change_db(before, after, mode, rate_hz))
    assert worst_db < -100
    record("EQ", f"bands added, removed and moved, {mode} mode: residue above 3 kHz, 200 Hz tone at full scale, {rate_hz / 1000:g} kHz", worst_db,
           "dBFS", target="≤ -100 dBFS", digits=0, tolerance=2.0)  # fmt: skip


@pytest.mark.parametrize("mode", MODES)
@RATES
def test_a_turned_knob_makes_no_zipper_noise(rate_hz, mode, record):
    """A bell at 200 Hz gets 6 dB more, on a full-scale tone at that frequency: the residue above 3 kHz."""
    before = EqBand("high_shelf", 6000, 3), EqBand("bell", 200, -6, 1), EqBand("low_cut", 30, slope_db_oct=24)
    after = before[0], EqBand("bell", 200, 0.01, 1), before[2]
    residue_db = residue_of_change_db(before, after, mode, rate_hz)
    assert residue_db < -100
    record("EQ", f"gain of a 200 Hz bell raised by 6 dB, {mode} mode: residue above 3 kHz, 200 Hz tone at full scale, {rate_hz / 1000:g} kHz", residue_db, "dBFS",
           target="≤ -100 dBFS", digits=0, tolerance=2.0)  # fmt: skip
