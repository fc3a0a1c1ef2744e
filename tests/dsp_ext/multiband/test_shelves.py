"""Dynamic shelves: exact when idle, the analog curve when gains are constant, no noise when they move."""

import numpy as np
import pytest

from dsp_ext.multiband.shelves import Shelves
from dsp_ext.settings import MULTIBAND
from tests.support.plots import write_svg

from .test_multiband import RATE_HZ, impulse_through, make, through, tone, words24

COUNT = 4
FREQS_HZ = tuple(MULTIBAND[f"x{k}_hz"].default for k in range(1, 5))
DEFAULT_HZ = FREQS_HZ[:3]


def analog(gains: np.ndarray, freqs_hz, at_hz: np.ndarray, rate_hz: float) -> np.ndarray:
    """The response of shelves between bands of these gains: R. Bristow-Johnson's low shelf of slope 1, with warped
    frequencies."""
    whole = np.full(len(at_hz), gains[-1], complex)
    for below, above, freq_hz in zip(gains[:-1], gains[1:], np.sort(freqs_hz), strict=True):
        a = np.sqrt(below / above)
        s = 1j * np.tan(np.pi * at_hz / rate_hz) / np.tan(np.pi * freq_hz / rate_hz)
        turn = np.sqrt(2 * a) * s
        whole *= a * (s * s + turn + a) / (a * s * s + turn + 1)
    return whole


def response(multiband, size: int = 8192) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies in Hz and the response of the left channel, without the samples before the impulse."""
    y = impulse_through(multiband)[0, 4000:]
    return np.arange(size // 2 + 1) * multiband.rate_hz / size, np.fft.rfft(y, size)


@pytest.mark.parametrize("rate_hz", [44100, 48000, 96000, 192000])
def test_idle_bands_pass_24_bit_words_unchanged(rate_hz, rng):
    multiband = make(rate_hz, split=2, b1_threshold_db=-40, b3_ratio=1, b4_wet_pct=0, b4_makeup_db=3)
    x = words24(rng, 2 * multiband.latency)
    assert np.array_equal(through(multiband, x), x)


def test_a_working_compressor_below_its_threshold_passes_24_bit_words_unchanged(rng):
    """Unlike with LR4, the settings need not be neutral: the shelves are exact whenever the gain is 0 dB."""
    multiband = make(split=2, **{f"b{band}_{name}": value for band in range(1, COUNT + 1)
                                 for name, value in (("threshold_db", -6), ("ratio", 10), ("knee_db", 0))})  # fmt: skip
    x = np.round(words24(rng, 20000) * 2**20) / np.float32(2**23)  # an eighth of full scale
    assert np.array_equal(through(multiband, x), x)


@pytest.mark.parametrize("rate_hz", [44100, 48000, 96000, 192000])
def test_gains_at_rest_are_the_analog_shelves(rate_hz, rng, record):
    worst = 0.0
    for _ in range(3):
        makeups_db = rng.uniform(-12, 12, COUNT)
        settings = {f"b{band + 1}_makeup_db": float(db) for band, db in enumerate(makeups_db)}
        at_hz, heard = response(make(rate_hz, split=2, **settings), 8192)
        wanted = analog(10 ** (makeups_db / 20), DEFAULT_HZ, at_hz, rate_hz)
        # The length of the response is that of 85 ms at 48 kHz.
        use = (at_hz > 200 * rate_hz / 48000) & (at_hz < 0.45 * rate_hz)
        worst = max(worst, np.abs(20 * np.log10(np.abs(heard[use] / wanted[use]))).max())
    record("Multiband", f"split shelves, random make-ups, {rate_hz} Hz: largest difference from the analog curve", worst, "dB",
           target="≤ 0.001 dB", digits=4, tolerance=5e-4)  # fmt: skip
    assert worst <= 1e-3


def test_the_same_gain_in_all_bands_is_that_gain(rng):
    x = (0.1 * rng.standard_normal((2, 9600))).astype(np.float32)
    y = through(make(split=2, **{f"b{band}_makeup_db": 6.0 for band in range(1, COUNT + 1)}), x)
    assert np.abs(y / 10 ** (6 / 20) - x).max() < 1e-7


def test_there_is_no_output_before_the_input():
    multiband = make(split=2, b1_makeup_db=-12, b3_makeup_db=12)
    assert not impulse_through(multiband)[:, :4000].any()


def test_a_band_compresses_tones_inside_it_and_others_only_slightly(request, record):
    multiband = make(split=2, b2_threshold_db=-30, b2_ratio=4, b2_knee_db=0, b2_release_ms=300)
    gains_db = []
    for freq_hz in (30, 310, 8000):
        x = tone(freq_hz, 72000)
        gains_db.append(20 * np.log10(np.std(through(multiband, x)[0, 60000:]) / np.std(x[0, 60000:])))
    asked_db = (30 + 20 * np.log10(0.5)) * (1 / 4 - 1)  # the level of the tone in the band is only 0.2 dB lower
    record("Multiband", "split shelves, 310 Hz tone in a band from 120 to 800 Hz, 48 kHz: gain for a gain of -18 dB by the curve", gains_db[1], "dB", digits=1,
           tolerance=0.3)  # fmt: skip
    assert asked_db < gains_db[1] < 0.6 * asked_db
    assert -1 < gains_db[0] <= 0.01 and -1 < gains_db[2] <= 0.01

    def draw(axes):
        at_hz = np.geomspace(20, 20000, 300)
        for db in (-6, -12, -18):
            curve = analog(10 ** (np.array([0, db, 0, 0]) / 20), DEFAULT_HZ, at_hz, RATE_HZ)
            axes.semilogx(at_hz, 20 * np.log10(np.abs(curve)), label=f"band 2 at {db} dB")
        axes.set(xlabel="Hz", ylabel="dB", title="shelves: effect of a gain in the band of 120 to 800 Hz")
        axes.legend()

    write_svg(request.config, "shelves", draw)


def test_fewer_bands_take_the_gain_of_the_last_one_up_to_the_top():
    makeups_db = (3.0, -6.0, 9.0, 12.0)
    multiband = make(split=2, bands=0, **{f"b{band + 1}_makeup_db": db for band, db in enumerate(makeups_db)})
    at_hz, heard = response(multiband)
    wanted = analog(10 ** (np.array(makeups_db[:2]) / 20), DEFAULT_HZ[:1], at_hz, RATE_HZ)
    use = (at_hz > 200) & (at_hz < 21000)
    assert np.abs(heard[use] / wanted[use] - 1).max() < 1e-3


def test_solo_and_mute_are_heard_through_lr4(rng):
    x = (0.2 * rng.standard_normal((2, 9600))).astype(np.float32)
    for what in ("solo", "mute"):
        multiband = make(split=2, b3_makeup_db=3.0, **{f"b2_{what}": 1})
        lr4 = make(split=1, b3_makeup_db=3.0, **{f"b2_{what}": 1})
        assert np.array_equal(through(multiband, x), through(lr4, x))
        multiband.set(f"b2.{what}", 0)
        multiband.process(np.zeros((2, 9600), np.float32))
        multiband.reset()
        assert np.array_equal(through(multiband, x), through(make(split=2, b3_makeup_db=3.0), x))


def test_mid_and_side_have_their_own_gain():
    settings = {f"b{band}_{name}": value for band in range(1, COUNT + 1) for name, value in
                (("threshold_db", -30), ("ratio", 10), ("link_pct", 0), ("attack_ms", 1))}  # fmt: skip
    mid, side = tone(310, 48000, 0.001), tone(310, 48000, 0.5) * np.float32([[1], [-1]])
    y = through(make(split=2, mid_side=1, **settings), mid + side)[:, 24000:43000].astype(float)
    assert np.std(y[0] - y[1]) / np.std(2 * side[0]) < 0.4
    assert np.std(y[0] + y[1]) / np.std(2 * mid[0]) > 0.99


def test_changes_of_the_wrong_shape_are_refused():
    from dsp_ext.multiband.lr4 import Lr4

    shelves = Shelves(RATE_HZ, Lr4(RATE_HZ, FREQS_HZ).poles, len(FREQS_HZ))
    x = np.zeros((2, 64), np.float32)
    assert not shelves.process(x, np.zeros((10, 64), np.float32)).any()
    with pytest.raises(ValueError, match=r"\(10, 64\)"):
        shelves.process(x, np.zeros((2, 64), np.float32))


def test_gains_that_jump_to_their_ends_stay_bounded(rng):
    """Each band jumps between -80 and +60 dB from frame to frame, which is worse than any settings. As soon as the gains are
    constant, the output is exact."""
    from dsp_ext.multiband.lr4 import Lr4

    shelves = Shelves(RATE_HZ, Lr4(RATE_HZ, FREQS_HZ).poles, len(FREQS_HZ))
    x = (0.3 * rng.standard_normal((2, 24000))).astype(np.float32)
    jumps = (10 ** (rng.choice([-5.0, 0.0, 3.0], (10, 24000))) - 1).astype(np.float32)
    assert np.all(np.isfinite(shelves.process(x, jumps)))
    assert not shelves.process(x, np.zeros((10, 24000), np.float32)).any()
