"""Steps of parameters through the whole chain: the residue above 3 kHz of a 200 Hz tone, and its spectrum."""

import numpy as np

from dsp_ext import Engine
from firmware.contract.params import DEFAULTS
from firmware.engine import designer
from tests.support.plots import write_svg
from tests.support.residue import above_3_khz

RATE_HZ = 48000
LEVEL = 0.25  # 6 dB or more below the ceiling of the limiter
#: Name, parameters that change, and the level of the right channel. Width needs a side signal.
STEPS = (
    (
        "bell of the EQ at 200 Hz changed from 0 to 6 dB",
        {"eq.b2.freq_hz": 200.0, "eq.b2.gain_db": 6.0, "eq.b2.enabled": 1.0},
        1.0,
    ),
    ("limiter gain changed from 0 to 6 dB", {"limiter.gain_db": 6.0}, 1.0),
    ("make-up of multiband band 2 changed from 0 to 6 dB", {"multiband.b2.makeup_db": 6.0}, 1.0),
    (
        "width of two bands changed from 100 to 150 %",
        {"stereo.width_low_pct": 150.0, "stereo.width_mid_pct": 150.0},
        0.0,
    ),
)


def residue(changed: dict[str, float], right: float) -> np.ndarray:
    """The residue above 3 kHz in the left channel, 8192 frames around the step, relative to the tone."""
    engine = Engine(RATE_HZ, 512)
    designer.begin(engine, DEFAULTS)
    wave = LEVEL * np.sin(2 * np.pi * 200 * np.arange(44000) / RATE_HZ)
    x = np.stack([wave, right * wave]).astype(np.float32)
    before, after = np.ascontiguousarray(x[:, :24000]), np.ascontiguousarray(x[:, 24000:])
    engine.process(before)
    for kind, ids in designer.IDS.items():
        if not changed.keys().isdisjoint(ids):
            designer.apply(engine, kind, changed if kind == "settings" else DEFAULTS | changed)
    engine.process(after)
    assert np.std(after[0, -4800:]) > 1.1 * np.std(before[0, -4800:])  # the step has taken effect
    return above_3_khz(np.concatenate([before, after], axis=1)[0] / LEVEL, RATE_HZ, "same")[22000:40000]


def test_steps_leave_no_zipper_noise(request, record):
    residues = {name: residue(changed, right) for name, changed, right in STEPS}
    for name, noise in residues.items():
        worst = 20 * np.log10(np.abs(noise).max())
        record("Chain", f"{name}, in the whole chain: residue above 3 kHz relative to a 200 Hz tone, 48 kHz", worst, "dB", target="≤ -100 dB", digits=0,
               tolerance=3)  # fmt: skip
        assert worst <= -100

    def draw(axes):
        for name, noise in residues.items():
            at_hz = np.fft.rfftfreq(len(noise), 1 / RATE_HZ)
            power = np.abs(np.fft.rfft(noise * np.hanning(len(noise)))) ** 2 * (16 / 3 / len(noise) ** 2)
            octaves = np.searchsorted(at_hz, np.geomspace(3000, 22000, 60))
            level_db = 10 * np.log10(np.add.reduceat(power, octaves[:-1])[:-1] + 1e-30)
            axes.semilogx(at_hz[octaves[:-2]], level_db, label=name)
        axes.set(xlabel="Hz", ylabel="dB re the tone, per 1/20 octave", ylim=(-220, -80),
                 title="residue of parameter steps on a 200 Hz tone")  # fmt: skip
        axes.legend(fontsize=7)

    write_svg(request.config, "zipper", draw)
