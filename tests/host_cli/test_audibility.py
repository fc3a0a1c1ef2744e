"""`set` and `render -s` say which values cannot be heard, and what would make them audible."""

import numpy as np
import pytest

from firmware.contract import params
from firmware.engine import OfflineRun
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
        ("eq.b3.enabled=on eq.b3.gain_db=1 eq.b3.dyn_ratio=3", ["eq.b3.dynamic=on"]),
        ("eq.b3.enabled=on", ["eq.b3.gain_db=3"]),
        ("eq.b3.enabled=on eq.b3.gain_db=3 eq.b3.slope=24", ["eq.b3.type=low_shelf"]),
        ("eq.b3.enabled=on eq.b3.gain_db=3 eq.solo=2", ["eq.solo=off"]),
        ("eq.auto_gain=on", ["eq.b1.enabled=on", "eq.b1.gain_db=3"]),
        ("eq.mix_pct=20", ["eq.mode=mixed"]),
        ("multiband.b2.attack_ms=5", ["multiband.b2.ratio=2"]),
        ("multiband.b2.makeup_db=2 multiband.b2.mute=on", ["multiband.b2.mute=off"]),
        ("multiband.b2.makeup_db=2 multiband.b3.solo=on", ["multiband.b3.solo=off"]),
        ("multiband.x2_hz=900", ["multiband.b2.ratio=2"]),
        ("multiband.tilt_db=3", ["multiband.b1.ratio=2", "multiband.b1.threshold_db=-20"]),
        ("stereo.split_low_hz=300", ["stereo.width_low_pct=80"]),
        ("stereo.mono_hz=100", ["stereo.mono=on"]),
        ("limiter.unity_listen=on", ["limiter.gain_db=3"]),
        ("saturator.drive_db=6 saturator.enabled=on saturator.mix_pct=0", ["saturator.mix_pct=100"]),
        ("multiband.b5.ratio=2", ["multiband.bands=5"]),
        ("multiband.x4_hz=9k multiband.b4.makeup_db=1", ["multiband.bands=5"]),
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


@pytest.mark.parametrize("changed", ["limiter.gain_db", "multiband.b1.ratio", "chain.bypass", "stereo.mono"])
def test_audible_values_have_no_remark(changed):
    assert not remarks({changed: 1.0}, params.DEFAULTS | {changed: 1.0}, "burnish set")


def test_set_prints_the_remark(burnish):
    status, out, err = burnish("set", "eq.b3.gain_db=+1.5")
    assert (status, out) == (0, "eq.b3.gain_db  0.0 dB → +1.5 dB\n")
    assert err == "eq.b3.gain_db cannot be heard, because eq.b3 is off; to hear it: burnish set eq.b3.enabled=on\n"
    assert burnish("set", "eq.b3.enabled=on")[2] == ""
    assert burnish("set", "eq.b3.gain_db=+2")[2] == ""


def test_render_prints_the_remark(tmp_path):
    import soundfile

    soundfile.write(tmp_path / "in.wav", np.zeros((480, 2)), 48000)
    status, _, err = burnish_files(
        "render", tmp_path / "in.wav", "-o", tmp_path / "out.wav", "-s", "eq.b3.gain_db=+1.5"
    )
    assert status == 0 and err.endswith("to hear it: --set eq.b3.enabled=on\n")


#: Settings from which each parameter is changed.
STATES = {
    "defaults": "",
    "sections off": "eq.enabled=off multiband.enabled=off stereo.enabled=off limiter.enabled=off",
    "neutral bands": "eq.b3.enabled=on saturator.enabled=on limiter.gain_db=6",
    "bands in use": "eq.b3.enabled=on eq.b3.gain_db=3 multiband.b2.ratio=3 multiband.b2.threshold_db=-40 multiband.b2.makeup_db=3 "
    "saturator.enabled=on saturator.drive_db=6 stereo.width_low_pct=60 stereo.width_high_pct=130 stereo.mono=on dither.bits=16 limiter.gain_db=6",
}  # fmt: skip
#: These change the delay and nothing that can be heard, or depend on the music.
EXEMPT = {
    "eq.mode", "eq.resolution", "multiband.split", "limiter.delta", "limiter.slow_release_ms", "limiter.lookahead_ms", "limiter.hold_ms", "limiter.style", "limiter.release_ms", "limiter.link_fast_pct",
    "eq.b3.dynamic", "multiband.b2.ratio",
}  # fmt: skip


@pytest.mark.parametrize("name", STATES)
def test_a_remark_is_made_exactly_where_the_engine_gives_the_same_bits(name, rng):
    """Every parameter of every section, of the bands number 3 of the EQ and 2 of the multiband, is changed."""
    run = OfflineRun(48000)
    loud = np.repeat(np.where(np.arange(10) % 2, 1.0, 0.05), 1600)
    noise = (0.8 * rng.standard_normal((2, 16000)) * loud).astype(np.float32)

    def rendered(values) -> bytes:
        run.begin(values)
        sound = noise.copy()
        run.process(sound)
        return sound.tobytes()

    words = (word.split("=") for word in STATES[name].split())
    before = params.DEFAULTS | {id: params.find(id).parse(text) for id, text in words}
    unchanged = rendered(before)
    wrong = []
    for param in params.TABLE:
        other_band = ".b" in param.id and not param.id.startswith(("eq.b3", "multiband.b2"))
        if other_band or param.id in EXEMPT or param.id.startswith(("chain", "meter")):
            continue
        value = _another_value(param, before[param.id])
        after = before | {param.id: value}
        switched_off = param.kind == "switch" and not value  # what was inaudible stays so: that needs no remark
        silent = rendered(after) == unchanged
        if not switched_off and silent != bool(remarks({param.id: value}, after, "burnish set")):
            wrong.append((param.id, value, "inaudible" if silent else "audible"))
    assert not wrong


def _another_value(param, value: float) -> float:
    if param.id == "eq.solo":
        return 3.0
    if param.id.endswith("_hz"):
        return min(param.high, 2 * value)
    return param.low if value == param.high else param.high
