"""The meters: comparison with a float64 reference written from the standard; start, pause and reset as Tech 3341
requires."""

import itertools

import numpy as np
import pytest
from scipy import signal

from dsp_ext import Engine, Ring
from dsp_ext.meters.k_weighting import coefficients
from dsp_ext.meters.loudness import FLOOR_DB, Loudness
from dsp_ext.meters.meter import FIELDS, Meter

RATE_HZ = 48000
TABLE_48K = [
    [1.53512485958697, -2.69169618940638, 1.19839281085285, 1, -1.69065929318241, 0.73248077421585],
    [1.0, -2.0, 1.0, 1, -1.99004745483398, 0.99007225036621],
]


def programme(rng, seconds: float, rate_hz: int = RATE_HZ) -> np.ndarray:
    """Noise similar to pink noise, partly common to both channels. Its level changes by about 20 dB every few seconds."""
    frames = round(seconds * rate_hz)
    common, *own = rng.standard_normal((3, frames))
    x = signal.lfilter([0.05], [1, -0.95], common + 0.5 * np.array(own))
    steps = np.repeat(10 ** (rng.uniform(-30, -8, frames // (2 * rate_hz) + 1) / 20), 2 * rate_hz)[:frames]
    return (x * steps).astype(np.float32)


def measured(x: np.ndarray, rate_hz: int = RATE_HZ, cuts=()) -> dict[str, float]:
    meter = Meter(rate_hz, 4096)
    for start, end in itertools.pairwise([0, *cuts, x.shape[1]]):
        meter.process(np.ascontiguousarray(x[:, start:end]))
    return meter.values()


def lufs(energy):
    return -0.691 + 10 * np.log10(energy)


def reference(x: np.ndarray, rate_hz: int) -> dict[str, float]:
    """BS.1770-5 and Tech 3342 in float64, for the whole signal at once, written from the text of the standards."""
    y = signal.sosfilt(coefficients(rate_hz), x.astype(np.float64))
    tick = rate_hz // 100
    ticks = x.shape[1] // tick
    power = np.concatenate([[0], np.cumsum((y[:, : ticks * tick] ** 2).sum(0).reshape(ticks, tick).sum(1) / tick)])
    momentary = (power[40:] - power[:-40]) / 40
    short = (power[300:] - power[:-300]) / 300
    blocks = momentary[::10]
    blocks = blocks[lufs(blocks) > -70]
    blocks = blocks[lufs(blocks) > lufs(blocks.mean()) - 10]
    shorts = short[::10]
    shorts = shorts[lufs(shorts) >= -70]
    shorts = np.sort(shorts[lufs(shorts) >= lufs(shorts.mean()) - 20])
    low, high = (shorts[round((len(shorts) - 1) * part)] for part in (0.10, 0.95))
    return {
        "momentary_lufs": lufs(momentary[-1]),
        "short_lufs": lufs(short[-1]),
        "integrated_lufs": lufs(blocks.mean()),
        "max_momentary_lufs": lufs(momentary.max()),
        "max_short_lufs": lufs(short.max()),
        "lra_lu": lufs(high) - lufs(low),
    }


class TestWeighting:
    def test_gives_the_table_of_the_standard_at_48_khz(self):
        assert np.allclose(coefficients(48000), TABLE_48K, rtol=0, atol=1e-13)

    @pytest.mark.parametrize("rate_hz", [44100, 88200, 96000, 176400, 192000])
    def test_is_the_same_at_every_rate(self, rate_hz, record):
        hz = np.geomspace(10, 18000, 400)
        here, there = (
            20 * np.log10(np.abs(signal.freqz_sos(coefficients(rate), hz, fs=rate)[1])) for rate in (rate_hz, 48000)
        )
        apart = np.abs(here - there)
        record("Meters", f"K-weighting at {rate_hz / 1000:g} kHz: largest difference from the response at 48 kHz, 10 Hz to 18 kHz", apart.max(), "dB",
               target="≤ 0.01 dB", digits=3)  # fmt: skip
        assert apart.max() <= 0.01
        assert apart[hz < 300].max() <= 0.001  # at higher frequencies, the bilinear transform changes the shelf


class TestAgainstTheReference:
    @pytest.mark.parametrize("rate_hz", [44100, 48000, 96000, 192000])
    def test_loudness_of_a_programme(self, rate_hz, rng, record):
        x = programme(rng, 40, rate_hz)
        read, expected = measured(x, rate_hz), reference(x, rate_hz)
        worst = max(abs(read[name] - expected[name]) for name in expected if name != "lra_lu")
        record("Meters", f"momentary, short-term and integrated loudness and their maxima, {rate_hz / 1000:g} kHz: largest difference from a float64 reference", worst, "LU",
               target="≤ 0.02 LU", digits=4)  # fmt: skip
        record("Meters", f"loudness range, {rate_hz / 1000:g} kHz: difference from a float64 reference",
               abs(read["lra_lu"] - expected["lra_lu"]), "LU", target="≤ 0.1 LU", digits=3)  # fmt: skip
        assert worst <= 0.02
        assert abs(read["lra_lu"] - expected["lra_lu"]) <= 0.1

    def test_cutting_the_stream_changes_no_bit(self, rng):
        x = programme(rng, 5)
        cuts = [c for c in np.cumsum(rng.choice([1, 7, 64, 128, 479, 480, 481, 4000], 2000)) if c < x.shape[1]]
        assert measured(x, cuts=cuts) == measured(x)


class TestTruePeak:
    @pytest.mark.parametrize("rate_hz", [44100, 48000, 96000, 192000])
    def test_true_peak_of_steady_tones(self, rate_hz, record):
        """Tones up to 0.45 of the rate, including those whose peaks never fall on a coarse grid."""
        parts = [*np.linspace(0.02, 0.45, 23), 1 / 4, 1 / 6, 1 / 8, 1 / 3, 2 / 5, 4 / 9, 0.45]
        frames = rate_hz // 20
        fade = np.minimum(1, np.minimum(np.arange(frames), np.arange(frames)[::-1]) / (frames / 5))
        errors = []
        for part in parts:
            phases = np.radians(np.arange(0, 180, 22.5))
            for pair in zip(phases[::2], phases[1::2], strict=True):
                x = 0.5 * fade * np.sin(2 * np.pi * part * np.arange(frames) + np.array(pair)[:, None])
                values = measured(np.pad(x, ((0, 0), (0, rate_hz // 50))).astype(np.float32), rate_hz)
                errors += [values[f"tp_{side}_dbtp"] - 20 * np.log10(0.5) for side in "lr"]
        worst = max(errors, key=abs)
        record("Meters", f"true peak at {rate_hz / 1000:g} kHz: largest error for steady tones up to 0.45 of the sampling rate", worst, "dB",
               target="within ±0.1 dB", digits=3)  # fmt: skip
        assert abs(worst) <= 0.1


def test_sound_passes_unchanged(rng):
    x = (2 * rng.standard_normal((2, 50000))).astype(np.float32)
    block = x.copy()
    Meter(RATE_HZ, 4096).process(block)
    assert np.array_equal(block, x)


class TestSilence:
    def test_silence_reads_the_lowest_values(self):
        values = measured(np.zeros((2, 5 * RATE_HZ), np.float32))
        for name, value in values.items():
            assert np.isfinite(value)
            if name.endswith(("_lufs", "_dbfs", "_dbtp")):
                assert value == FLOOR_DB
            elif name != "measured_s":
                assert value == 0

    def test_silence_after_a_programme_gives_finite_values_and_keeps_the_integrated_loudness(self, rng):
        meter = Meter(RATE_HZ, 4096)
        meter.process(programme(rng, 10))
        before = meter.values()["integrated_lufs"]
        for _ in range(100):
            meter.process(np.zeros((2, 4800), np.float32))
            values = meter.values()
            assert all(np.isfinite(value) for value in values.values())
        assert values["short_lufs"] == FLOOR_DB
        # Gating blocks that contain the end of the programme may pass the gate.
        assert abs(values["integrated_lufs"] - before) < 0.2


class TestStartPauseReset:
    def test_restart_clears_only_the_values_that_are_counted(self, rng):
        meter = Meter(RATE_HZ, 4096)
        loud, soft = (np.ascontiguousarray(level * programme(rng, 8)) for level in (4, 0.1))
        meter.process(loud)
        meter.process(soft)
        going_on = meter.values()
        meter.begin_anew()
        anew = meter.values()
        assert anew["integrated_lufs"] == anew["max_short_lufs"] == anew["max_tp_dbtp"] == FLOOR_DB
        assert anew["lra_lu"] == anew["measured_s"] == anew["plr_db"] == 0
        assert anew["momentary_lufs"] == going_on["momentary_lufs"]
        assert anew["short_lufs"] == going_on["short_lufs"]
        meter.process(soft)
        assert abs(meter.values()["integrated_lufs"] - measured(soft)["integrated_lufs"]) < 0.02

    def test_pause_leaves_out_what_comes_meanwhile(self, rng):
        meter = Meter(RATE_HZ, 4096)
        first, loud = programme(rng, 8), np.ascontiguousarray(8 * programme(rng, 8))
        meter.process(first)
        held = meter.values()
        meter.pause()
        meter.process(loud)
        paused = meter.values()
        for name in ("integrated_lufs", "lra_lu", "max_momentary_lufs", "max_short_lufs", "max_tp_dbtp", "measured_s"):
            assert paused[name] == held[name]
        assert paused["momentary_lufs"] > held["max_momentary_lufs"]
        meter.start()
        meter.process(first)
        assert abs(meter.values()["integrated_lufs"] - held["integrated_lufs"]) < 0.1
        assert meter.values()["measured_s"] == 16

    def test_restart_works_while_paused(self, rng):
        meter = Meter(RATE_HZ, 4096)
        meter.process(programme(rng, 8))
        meter.pause()
        meter.begin_anew()
        meter.process(programme(rng, 4))
        assert meter.values()["integrated_lufs"] == FLOOR_DB

    @pytest.mark.parametrize("ahead", [0, 1, 123, 479])
    def test_nothing_from_before_a_restart_counts_wherever_it_falls(self, ahead, rng):
        """This holds also within a 10 ms frame: all frames after the current one are measured as by a new meter."""
        meter = Meter(RATE_HZ, 4096)
        meter.process(np.ones((2, RATE_HZ + ahead), np.float32))
        for restart in (meter.begin_anew, lambda: (meter.pause(), meter.begin_anew(), meter.start())):
            restart()
            meter.process(np.zeros((2, RATE_HZ * 4 + 480 - ahead), np.float32))
            meter.begin_anew()
            soft = np.ascontiguousarray(0.1 * programme(rng, 6))
            meter.process(soft)
            after, fresh = meter.values(), measured(soft)
            for name in ("integrated_lufs", "max_momentary_lufs", "max_short_lufs", "max_tp_dbtp", "clips"):
                assert after[name] == pytest.approx(fresh[name], abs=0.05)
            meter.process(np.ones((2, 480 * 100 + ahead), np.float32))

    def test_a_clip_just_before_a_restart_or_in_a_pause_does_not_count(self):
        meter = Meter(RATE_HZ, 4096)
        clip, quiet = np.ones((2, 5), np.float32), np.zeros((2, 300), np.float32)
        for block in (quiet, clip):
            meter.process(block)
        meter.pause()
        for block in (clip, quiet, clip):
            meter.process(block)
        meter.start()
        for block in (quiet, quiet):
            meter.process(block)
        assert meter.values()["clips"] == 10
        meter.process(clip)
        meter.begin_anew()
        meter.process(np.zeros((2, RATE_HZ), np.float32))
        assert meter.values()["clips"] == 0

    def test_range_is_stable_after_60_s(self):
        meter = Meter(RATE_HZ, 4096)
        second = np.zeros((2, RATE_HZ), np.float32)
        for _ in range(59):
            meter.process(second)
        assert meter.values()["lra_stable"] == 0
        meter.process(second)
        assert meter.values()["lra_stable"] == 1


class TestLevels:
    def sine(self, left_db, right_db, hz=997.0, seconds=4, degrees=0.0):
        t = np.arange(seconds * RATE_HZ) / RATE_HZ
        left = 10 ** (left_db / 20) * np.sin(2 * np.pi * hz * t)
        right = 10 ** (right_db / 20) * np.sin(2 * np.pi * hz * t + np.radians(degrees))
        return np.stack([left, right]).astype(np.float32)

    def test_sine(self):
        values = measured(self.sine(-6, -9))
        assert values["peak_l_dbfs"] == pytest.approx(-6, abs=0.01)
        assert values["tp_r_dbtp"] == pytest.approx(-9, abs=0.01)
        assert values["rms_l_dbfs"] == pytest.approx(-9.01, abs=0.01)
        assert values["balance_db"] == pytest.approx(-3, abs=0.01)
        assert values["crest_db"] == pytest.approx(3.01, abs=0.01)
        assert values["plr_db"] == pytest.approx(values["max_tp_dbtp"] - values["integrated_lufs"])
        assert values["psr_db"] == pytest.approx(values["tp_hold_dbtp"] - values["short_lufs"])

    @pytest.mark.parametrize(("degrees", "expected"), [(0, 1), (60, 0.5), (90, 0), (180, -1)])
    def test_correlation(self, degrees, expected):
        assert measured(self.sine(-6, -20, degrees=degrees))["correlation"] == pytest.approx(expected, abs=1e-3)

    def test_dc(self):
        values = measured(self.sine(-20, -20) + np.float32([[0.01], [-0.02]]))
        assert values["dc_l"] == pytest.approx(0.01, abs=1e-5)
        assert values["dc_r"] == pytest.approx(-0.02, abs=1e-5)

    def test_samples_at_full_scale_count_as_clips(self):
        x = np.zeros((2, RATE_HZ), np.float32)
        x[0, 100:103] = 1 - 2.0**-23
        x[1, 5000] = -1
        x[1, 6000] = 1 - 2.0**-22
        assert measured(x)["clips"] == 4

    def test_reading_takes_the_peaks_and_hold_keeps_them_for_3_s(self):
        meter = Meter(RATE_HZ, 4096)
        x = np.zeros((2, 2 * RATE_HZ), np.float32)
        x[0, 1000] = 0.5
        meter.process(x)
        assert meter.values()["peak_l_dbfs"] == pytest.approx(-6.02, abs=0.01)
        again = meter.values()
        assert again["peak_l_dbfs"] == again["tp_l_dbtp"] == FLOOR_DB
        assert again["tp_hold_dbtp"] == again["max_tp_dbtp"] == pytest.approx(-6.02, abs=0.01)
        meter.process(np.zeros((2, 2 * RATE_HZ), np.float32))
        later = meter.values()
        assert later["tp_hold_dbtp"] == FLOOR_DB
        assert later["max_tp_dbtp"] == pytest.approx(-6.02, abs=0.01)


class TestBoundedMemory:
    def test_figures_after_a_day_equal_those_of_a_list(self, record):
        """10 ms energies of 24 h, fed directly, give the same figures as a list of all blocks; the worst of five random
        days."""
        off_lu, off_range_lu = zip(
            *(self.errors_of_a_day(np.random.default_rng([24, day])) for day in range(5)), strict=True
        )
        record("Meters", "integrated loudness over 24 h in bounded memory: difference from a list of all blocks, worst of five days",
               max(off_lu), "LU", target="≤ 0.001 LU", digits=5)  # fmt: skip
        record("Meters", "loudness range over 24 h in bounded memory: difference from a list of all values, worst of five days", max(off_range_lu),
               "LU", target="≤ 0.01 LU", digits=4)  # fmt: skip
        assert max(off_lu) <= 0.0005, "half of the promised error, because other days may be worse"
        assert max(off_range_lu) <= 0.005

    def errors_of_a_day(self, rng):
        """The differences of the integrated loudness and of the range from those of a list, in LU."""
        ticks = 24 * 360000
        level = np.repeat(rng.normal(-24, 6, ticks // 500), 500) + rng.normal(0, 2, ticks)
        energies = 10 ** ((level + 0.691) / 10)
        integrated, lra, *_ = Loudness().feed(energies)
        total = np.concatenate([[0], np.cumsum(energies)])
        blocks = ((total[40:] - total[:-40]) / 40)[::10]
        mean = blocks[lufs(blocks) > lufs(blocks.mean()) - 10].mean()
        shorts = ((total[300:] - total[:-300]) / 300)[::10]
        shorts = np.sort(shorts[lufs(shorts) >= lufs(shorts.mean()) - 20])
        low, high = (lufs(shorts[round((len(shorts) - 1) * part)]) for part in (0.10, 0.95))
        return abs(integrated - lufs(mean)), abs(lra - (high - low))

    @pytest.mark.parametrize("spread_lu", [0.5, 5, 12])
    def test_error_is_that_of_a_gate_displaced_by_one_bin(self, spread_lu, rng):
        for _ in range(20):
            level = rng.normal(-24, spread_lu, 3000) - 10 * (rng.random(3000) < 0.3)
            energies = np.repeat(10 ** ((level + 0.691) / 10), 10)
            integrated, *_ = Loudness().feed(energies)
            blocks = np.convolve(energies, np.full(40, 1 / 40), "valid")[::10]
            loud = lufs(blocks[lufs(blocks) > -70].mean()) - 10
            at_gate = [lufs(blocks[lufs(blocks) > max(-70, loud + by)].mean()) for by in np.linspace(-0.01, 0.01, 41)]
            assert min(at_gate) - 1e-9 <= integrated <= max(at_gate) + 1e-9


class TestInTheEngine:
    def test_columns_are_those_of_the_fields(self):
        names = [name for name, _ in Engine.METERS]
        for side in ("in", "out"):
            first = names.index(f"{side}_{FIELDS[0][0]}")
            assert names[first : first + len(FIELDS)] == [f"{side}_{name}" for name, _ in FIELDS]

    def test_input_and_output_are_measured(self, rng):
        engine = Engine(RATE_HZ, 480)
        ring = Ring(bytearray(Ring.bytes_for(512, len(Engine.METERS))), 512, len(Engine.METERS))
        engine.attach(meters=ring)
        engine.set("input.trim_db", -6.0)
        engine.settle()
        engine.process(programme(rng, 4))
        rows, _ = ring.since(0)
        names = [name for name, _ in Engine.METERS]
        lag = round(engine.latency / (RATE_HZ / 100))  # rows by which the output is delayed
        short_in, short_out = (
            rows[at][names.index(f"{side}_short_lufs")] for side, at in (("in", -1 - lag), ("out", -1))
        )
        assert short_in - short_out == pytest.approx(6.02, abs=0.1)
