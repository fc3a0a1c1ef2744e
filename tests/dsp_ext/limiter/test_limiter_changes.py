"""No change of a setting clicks while the limiter works."""

import numpy as np
import pytest
from scipy.signal import firwin, oaconvolve

from dsp_ext.limiter.limiter import Limiter

TONES = {"997 Hz": {997.0: 1.0}, "60 Hz + 5 kHz": {60.0: 0.8, 5000.0: 0.2}}
CHANGES = {
    "ceiling -1 to -1.1 dB": ({}, {"ceiling_dbtp": -1.1}),
    "ceiling -1 to -3 dB": ({}, {"ceiling_dbtp": -3.0}),
    "ceiling -3 to -1 dB": ({"ceiling_dbtp": -3.0}, {"ceiling_dbtp": -1.0}),
    "ceiling -1 to -12 dB": ({}, {"ceiling_dbtp": -12.0}),
    "gain 6 to 12 dB": ({}, {"gain_db": 12.0}),
    "gain 12 to 6 dB": ({"gain_db": 12.0}, {"gain_db": 6.0}),
    "off to on": ({"enabled": False}, {"enabled": True}),
    "on to off": ({}, {"enabled": False}),
    "true peak off to on": ({"true_peak": False}, {"true_peak": True}),
    "transparent to aggressive": ({}, {"style": "aggressive"}),
    "links 100 to 0 %": ({}, {"link_fast_pct": 0, "link_slow_pct": 0}),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("tones", TONES)
def test_no_change_clicks_while_the_limiter_works(tones, change, record):
    """The residue of a change above 8 kHz in dBFS, while the tones are limited by about 6 dB."""
    t = np.arange(3 * 48000) / 48000
    x = sum(level * np.sin(2 * np.pi * hz * t) for hz, level in TONES[tones].items()) * 10 ** (-1 / 20)
    x = np.tile(x, (2, 1)).astype(np.float32)
    before, after = CHANGES[change]
    limiter = Limiter(48000)
    limiter.set(**{"gain_db": 6.0, **before}, settle=True)
    y = x[:, :72000].copy()
    limiter.process(y)
    limiter.set(**after)
    rest = x[:, 72000:].copy()
    limiter.process(rest)
    y = np.concatenate([y[0], rest[0]]).astype(np.float64)[48000:]
    kernel = firwin(1023, 7500, fs=48000, pass_zero=False, window=("kaiser", 14))
    value = 20 * np.log10(np.abs(oaconvolve(y, kernel, "valid")).max() + 1e-12)
    record("Limiter", f"changed while limiting: {change}; tone {tones}: residue above 8 kHz", value, "dBFS", target="≤ -100 dBFS", digits=0, tolerance=2.0)  # fmt: skip
    # The ramp of a gain step of 6 dB alone causes -100 dBFS at a distance of 3 kHz from a tone; the limiter adds nothing to this.
    assert value <= (-99 if change == "gain 6 to 12 dB" else -100)


def test_times_change_without_a_click_and_without_going_over(rng):
    """Style and look-ahead move while a low tone is limited."""
    tone = np.tile(np.sin(2 * np.pi * 200 / 48000 * np.arange(96000)), (2, 1)).astype(np.float32)
    limiter = Limiter(48000)
    limiter.set(gain_db=6.0, settle=True)
    limiter.process(tone[:, :24000].copy())
    parts = []
    for number, style in enumerate(("aggressive", "punchy", "transparent", "aggressive", "punchy", "transparent")):
        limiter.set(style=style)
        parts.append(np.ascontiguousarray(tone[:, number * 2400 : number * 2400 + 2400]))  # 12000 frames in all
        limiter.process(parts[-1])
    y = np.concatenate(parts, axis=1)
    assert np.abs(y).max() <= 10 ** (-1 / 20) and limiter.clamps == 0
    spectrum = np.fft.rfft(y[0, :12000].astype(np.float64) * np.blackman(12000))
    spectrum[: 3000 // 4] = 0
    assert 20 * np.log10(np.abs(np.fft.irfft(spectrum)).max()) <= -100


def test_gain_moves_without_a_click(record):
    """A 6 dB step of gain below the ceiling: what it leaves above 3 kHz of a 200 Hz tone."""
    tone = np.tile(0.4 * np.sin(2 * np.pi * 200 / 48000 * np.arange(48000)), (2, 1)).astype(np.float32)
    limiter = Limiter(48000)
    limiter.process(tone[:, :24000].copy())
    limiter.set(gain_db=6.0)
    y = tone[:, :24000].copy()
    limiter.process(y)
    spectrum = np.fft.rfft(y[0].astype(np.float64) * np.blackman(24000))
    spectrum[: 3000 // 2] = 0
    value = 20 * np.log10(np.abs(np.fft.irfft(spectrum)).max() / 0.4)
    record(
        "Limiter",
        "gain raised by 6 dB: residue above 3 kHz, 200 Hz tone",
        value,
        "dB",
        target="≤ -100 dB",
        digits=1,
        tolerance=2.0,
    )
    assert value <= -100
