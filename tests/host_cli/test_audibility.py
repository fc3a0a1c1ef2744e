"""`set` and `render -s` say which values cannot be heard, and what would make them audible."""

import pytest

from firmware.contract import params
from host_cli.presets import remarks

from .render.test_files import burnish as burnish_files


def advised(text: str) -> list[str]:
    """The assignments that a remark advises."""
    return text.split("burnish set ")[1].split()


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ("eq.b3.gain_db=1.5", ["eq.b3.enabled=on"]),
        ("eq.b3.gain_db=1.5 eq.enabled=off", ["eq.enabled=on", "eq.b3.enabled=on"]),
        ("eq.b3.enabled=on eq.b3.type=low_cut eq.b3.gain_db=3", ["eq.b3.type=bell"]),
        ("eq.b3.enabled=on eq.b3.dyn_ratio=3", ["eq.b3.dynamic=on"]),
        ("eq.mix_pct=20", ["eq.mode=mixed"]),
        ("multiband.b5.ratio=2", ["multiband.bands=5"]),
        ("multiband.x4_hz=9k", ["multiband.bands=5"]),
        ("multiband.b1.threshold_db=-20", ["multiband.b1.ratio=2"]),
        ("saturator.drive_db=6", ["saturator.enabled=on"]),
        ("limiter.gain_db=6 limiter.enabled=off", ["limiter.enabled=on"]),
        ("dither.shape=strong", ["dither.bits=24"]),
        ("input.trim_db=1 chain.bypass=on", ["chain.bypass=off"]),
        ("input.trim_db=1 chain.mute=on", ["chain.mute=off"]),
    ],
)
def test_the_advice_makes_it_audible(changed, wanted):
    def parsed(words):
        return {id: params.find(id).parse(text) for id, text in (word.split("=") for word in words)}

    new = parsed(changed.split())
    values = params.DEFAULTS | new
    (remark,) = remarks(new, values, "burnish set")
    assert advised(remark) == wanted
    assert not remarks(new, values | parsed(wanted), "burnish set")


@pytest.mark.parametrize(
    "changed", ["eq.b1.enabled", "limiter.gain_db", "multiband.b1.ratio", "chain.bypass", "stereo.mono"]
)
def test_audible_values_have_no_remark(changed):
    assert not remarks({changed: 1.0}, params.DEFAULTS | {changed: 1.0}, "burnish set")


def test_set_prints_the_remark(burnish):
    status, out, err = burnish("set", "eq.b3.gain_db=+1.5")
    assert (status, out) == (0, "eq.b3.gain_db  0.0 dB → +1.5 dB\n")
    assert err == "eq.b3.gain_db cannot be heard, because eq.b3 is off; to hear it: burnish set eq.b3.enabled=on\n"
    assert burnish("set", "eq.b3.enabled=on")[2] == ""
    assert burnish("set", "eq.b3.gain_db=+2")[2] == ""


def test_render_prints_the_remark(tmp_path):
    import numpy as np
    import soundfile

    soundfile.write(tmp_path / "in.wav", np.zeros((480, 2)), 48000)
    status, _, err = burnish_files(
        "render", tmp_path / "in.wav", "-o", tmp_path / "out.wav", "-s", "eq.b3.gain_db=+1.5"
    )
    assert status == 0 and err.endswith("to hear it: --set eq.b3.enabled=on\n")
