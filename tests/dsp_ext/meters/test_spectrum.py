"""The spectrum: frequency and level of tones, noise, even distribution of the work, and the rows that the engine writes."""

import itertools

import numpy as np
import pytest

from demo.mix import synthesise
from dsp_ext import Engine, Ring
from dsp_ext.meters.halfband import PASS, Halfbands, taps
from dsp_ext.meters.spectrum import _EVERY, _OFFSET, BAND_OCTAVES, BANDS_HZ, Spectrum
from firmware.system.meters import average_spectra, newest_spectra

RATES = pytest.mark.parametrize("rate_hz", [44100, 48000, 96000, 192000])

RATE_HZ = 48000


def levels(x: np.ndarray, rate_hz: int, cuts=()) -> np.ndarray:
    spectrum = Spectrum(rate_hz, 4096)
    for start, end in itertools.pairwise([0, *cuts, x.shape[1]]):
        spectrum.process(np.ascontiguousarray(x[:, start:end], np.float32))
    return spectrum.values()


def tone(hz: float, rate_hz: int, seconds: float = 2.5, amplitude=(1.0, 1.0)) -> np.ndarray:
    return np.outer(amplitude, np.sin(2 * np.pi * hz * np.arange(round(seconds * rate_hz)) / rate_hz))


@RATES
def test_a_full_scale_tone_reads_0_db_in_its_band_and_far_less_elsewhere(rate_hz, record):
    errors, far = [], []
    for band in range(0, 96, 5):
        read = levels(tone(BANDS_HZ[band], rate_hz), rate_hz)
        assert read.argmax() == band
        errors.append(read[band])
        octaves = np.abs(np.log2(np.array(BANDS_HZ) / BANDS_HZ[band]))
        far.append(read[octaves > 0.5].max())
        assert far[-1] <= (-30 if BANDS_HZ[band] < 40 else -60)
    kilo = f"{rate_hz / 1000:g} kHz"
    record("Meters", f"spectrum, {kilo}: largest error of the level of a full-scale tone, from 28 Hz up", max(errors[1:], key=abs), "dB",
           target="within ±0.3 dB", digits=2)  # fmt: skip
    record(
        "Meters",
        f"spectrum, {kilo}: error of the level of a full-scale tone at 20 Hz",
        errors[0],
        "dB",
        target="within ±1.2 dB",
        digits=2,
    )
    assert max(np.abs(errors[1:])) <= 0.3 and abs(errors[0]) <= 1.2


@RATES
def test_white_noise_rises_3_db_per_octave(rate_hz, rng):
    spectrum, total = Spectrum(rate_hz, 4096), np.zeros(96)
    rms = 0.1
    spectrum.process((rms * rng.standard_normal((2, 2 * rate_hz))).astype(np.float32))
    runs = 60
    for _ in range(runs):
        spectrum.process((rms * rng.standard_normal((2, rate_hz // 5))).astype(np.float32))
        total += 10 ** (spectrum.values() / 10)
    width_hz = np.array(BANDS_HZ) * (2 ** (BAND_OCTAVES / 2) - 2 ** (-BAND_OCTAVES / 2))
    expected = 2 * rms**2 * width_hz / (rate_hz / 2)
    error = 10 * np.log10(total / runs / expected)
    assert np.abs(error).max() < 3  # after 12 s, single bands still fluctuate, mostly the low ones
    assert np.abs(error[50:]).max() < 0.7
    assert abs(error.mean()) < 0.3


def test_both_channels_count_by_power():
    one = levels(tone(1000, 48000, amplitude=(1, 0)), 48000).max()
    opposite = levels(tone(1000, 48000, amplitude=(1, -1)), 48000).max()
    assert one == pytest.approx(-3.01, abs=0.05)
    assert opposite == pytest.approx(0, abs=0.05)


def test_cutting_the_stream_changes_no_bit(rng):
    x = 0.1 * rng.standard_normal((2, 60000))
    cuts = [c for c in np.cumsum(rng.choice([1, 7, 63, 64, 65, 480, 4096], 1000)) if c < x.shape[1]]
    assert np.array_equal(levels(x, 48000, cuts), levels(x, 48000))


def test_silence_reads_the_floor_and_stays_finite_after_sound(rng):
    assert np.all(levels(np.zeros((2, 48000)), 48000) == -150)
    x = np.zeros((2, 48000 * 8))
    x[:, :48000] = rng.standard_normal((2, 48000))
    read = levels(x, 48000)
    assert np.all(np.isfinite(read)) and read.max() < -100


def test_no_slot_does_more_than_one_piece_of_work():
    due = [
        [level for level in range(4) for part in (0, 1) if slot % _EVERY[level] == _OFFSET[level] + part]
        for slot in range(max(_EVERY))
    ]
    assert max(map(len, due)) == 1


def test_halving_of_the_rate_causes_no_aliases(record):
    hz = np.linspace(0, 0.5, 4001)
    gain = np.abs(np.exp(-2j * np.pi * np.outer(hz, np.arange(19))) @ taps())
    db = 20 * np.log10(np.maximum(gain, 1e-9))
    assert np.abs(db[hz <= PASS]).max() <= 0.001
    assert db[hz >= 0.5 - PASS].max() <= -90
    x = np.sin(2 * np.pi * 0.05 * np.arange(400)).astype(np.float32)
    y = Halfbands(1, 400).halve(x)
    assert np.allclose(y[20:], np.sin(2 * np.pi * 0.05 * (2 * np.arange(20, 200) - 9)), atol=1e-4)


class TestOutOfTheEngine:
    def ring(self):
        return Ring(bytearray(Ring.bytes_for(64, len(Engine.SPECTRA))), 64, len(Engine.SPECTRA))

    def test_engine_writes_a_row_every_40_ms_for_input_and_output(self):
        ring, engine = self.ring(), Engine(48000, 512)
        engine.attach(spectra=ring)
        engine.set("input.trim_db", -6.0)
        engine.settle()
        assert np.all(newest_spectra(ring) == -150)
        engine.process(tone(1000, 48000, 2.0, (0.1, 0.1)).astype(np.float32))
        assert ring.written == 50
        before, after = newest_spectra(ring)
        assert before.max() == pytest.approx(-20, abs=0.1) and after.max() == pytest.approx(-26, abs=0.1)

    def test_refuses_a_ring_of_another_width(self):
        with pytest.raises(ValueError, match=f"spectra must have {len(Engine.SPECTRA)} columns, not 3"):
            Engine(48000, 512).attach(spectra=Ring(bytearray(Ring.bytes_for(4, 3)), 4, 3))


def test_input_and_output_are_of_the_same_signal():
    """In bypass, the spectra of input and output are equal for music, in each row and in the average."""
    mix = synthesise(RATE_HZ)[:, 4 * RATE_HZ : 8 * RATE_HZ].astype(np.float32)
    engine = Engine(RATE_HZ, 4096)
    ring = Ring(bytearray(Ring.bytes_for(64, len(Engine.SPECTRA))), 64, len(Engine.SPECTRA))
    engine.attach(spectra=ring)
    engine.set("chain.bypass", 1.0)
    assert np.all(average_spectra(ring) == -150)
    averages = []
    for start in range(0, mix.shape[1], 10_000):
        engine.process(np.ascontiguousarray(mix[:, start : start + 10_000]))
        if start >= RATE_HZ:  # the fade into bypass has ended
            before, after = newest_spectra(ring)
            np.testing.assert_allclose(after, before, atol=1e-3)
            averages.append(average_spectra(ring))
    before, after = averages[-1]
    np.testing.assert_allclose(after, before, atol=1e-3)
    # The average fluctuates less than single rows.
    assert np.ptp([level[0] for level in averages[-5:]], axis=0)[30:80].max() < 6
