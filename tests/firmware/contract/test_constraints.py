"""Values that conflict with the sampling rate or with each other are refused everywhere, and the sound continues."""

import numpy as np
import pytest

from firmware.contract import constraints, params, protocol
from firmware.contract.params import ParamError
from firmware.link.console import Console
from firmware.link.methods import Methods
from firmware.panel.operation import PanelController, PanelOptions
from firmware.presets.document import Preset, PresetError
from firmware.presets.library import PresetLibrary
from firmware.settings.store import Store
from tests.support import rig as rigs
from tests.support.rig import Rig, music

X1, X2, X3 = (f"multiband.x{n}_hz" for n in (1, 2, 3))
TOO_HIGH = "eq.b8.freq_hz cannot be 19900: allowed is 10 to 19845 Hz at a rate of 44100 Hz"
EMPTY = f"{X2} cannot be 120: allowed is 40 to 16000 Hz other than {X1}, or the band between them is empty"


def whole(**changes):
    return params.DEFAULTS | changes


@pytest.mark.parametrize("rate_hz", [44100, 48000, 96000, 192000])
def test_limit_of_the_eq_follows_the_rate(rate_hz):
    store, top = Store(rate_hz=rate_hz), 0.45 * rate_hz
    for n in range(1, params.EQ_BANDS + 1):
        store.set_many({f"eq.b{n}.freq_hz": top}, "test")
        with pytest.raises(ParamError, match=f"eq.b{n}.freq_hz cannot be .*: allowed is 10 to {top:g} Hz"):
            store.set_many({f"eq.b{n}.freq_hz": top + 0.1}, "test")
        assert store.get(f"eq.b{n}.freq_hz") == top


def test_refusals_name_parameter_value_and_range():
    with pytest.raises(ParamError) as why:
        constraints.check(whole(**{"eq.b8.freq_hz": 19900.0}), ["eq.b8.freq_hz"], 44100)
    assert str(why.value) == TOO_HIGH and why.value.name == "range" and why.value.data["high"] == 19845
    with pytest.raises(ParamError) as why:
        constraints.check(whole(**{X2: 120.0}), [X2], 48000)
    assert str(why.value) == EMPTY and why.value.data["path"] == X2


def test_crossovers_must_differ_only_where_both_are_in_use():
    store = Store()
    with pytest.raises(ParamError, match=X1):
        store.set_many({X1: 800}, "test")
    store.set_many(
        {X1: 900, X2: 120}, "test"
    )  # another order of the crossovers is allowed, because the split sorts them
    store.set_many({"multiband.bands": "3", X3: 120}, "test")
    with pytest.raises(ParamError, match=f"{X3} cannot be 120: .* other than {X2}"):
        store.set_many({"multiband.bands": "4"}, "test")
    store.set_many({"multiband.bands": "4", X3: 5000}, "test")
    assert store.get("multiband.bands") == params.find("multiband.bands").parse("4")


def test_shelves_have_no_look_ahead():
    store, ahead = Store(), "multiband.b2.lookahead_ms"
    store.set_many({ahead: 3}, "test")
    with pytest.raises(ParamError) as why:
        store.set_many({"multiband.split": "shelves"}, "test")
    assert str(why.value) == (
        "multiband.split cannot be shelves, which have no latency, while multiband.b2.lookahead_ms is 3: "
        "type `burnish set multiband.b2.lookahead_ms=0` first"
    )
    store.set_many({ahead: 0, "multiband.split": "shelves"}, "test")
    with pytest.raises(ParamError, match=f"{ahead} cannot be 2 while multiband.split is shelves"):
        store.set_many({ahead: 2}, "test")
    store.set_many({ahead: 2, "multiband.split": "lr4"}, "test")
    assert store.get(ahead) == 2


MINIMUM = {"eq.mode": "minimum"}
ON = {"eq.b2.dynamic": "on"}


@pytest.mark.parametrize(
    ("before", "change", "message"),
    [
        ({}, ON, "eq.b2.dynamic cannot be on while eq.mode is linear: type `burnish set eq.mode=minimum` first"),
        ({"eq.mode": "mixed"}, ON, "eq.b2.dynamic cannot be on while eq.mode is mixed: type `burnish set eq.mode=minimum` first"),
        (MINIMUM | ON, {"eq.mode": "linear"},
         "eq.mode cannot be linear while eq.b2.dynamic is on: type `burnish set eq.b2.dynamic=off` first"),
        (MINIMUM | ON, {"eq.mode": "mixed"},
         "eq.mode cannot be mixed while eq.b2.dynamic is on: type `burnish set eq.b2.dynamic=off` first"),
        (MINIMUM | ON, {"eq.b2.type": "notch"},
         "eq.b2.type cannot be notch while eq.b2.dynamic is on: type `burnish set eq.b2.dynamic=off` first"),
        (MINIMUM | {"eq.b2.type": "tilt"}, ON,
         "eq.b2.dynamic cannot be on while eq.b2.type is tilt: type `burnish set eq.b2.type=bell` first"),
        (MINIMUM | {"eq.b2.type": "low_shelf", "eq.b2.slope": "24"}, ON,
         "eq.b2.dynamic cannot be on while eq.b2.slope is 24: type `burnish set eq.b2.slope=12` first"),
        (MINIMUM | {"eq.b2.type": "low_shelf"} | ON, {"eq.b2.slope": "24"},
         "eq.b2.slope cannot be 24 while eq.b2.dynamic is on: type `burnish set eq.b2.dynamic=off` first"),
        (MINIMUM | {"eq.b2.slope": "24"} | ON, {"eq.b2.type": "low_shelf"},
         "eq.b2.type cannot be low_shelf while eq.b2.dynamic is on and eq.b2.slope is 24: "
         "type `burnish set eq.b2.slope=12` first"),
    ],
)  # fmt: skip
def test_a_dynamic_band_is_refused_with_modes_and_types_that_do_not_allow_it(before, change, message):
    store = Store()
    store.set_many(before, "test")
    rev = store.rev
    with pytest.raises(ParamError) as why:
        store.set_many(change, "test")
    assert str(why.value) == message and why.value.data["path"] in change and store.rev == rev
    store.set_many(
        MINIMUM | ON | {"eq.b2.type": "high_shelf", "eq.b2.slope": "12"}, "test"
    )  # together they are allowed


def test_a_preset_with_one_bad_value_changes_nothing_at_all():
    store = Store(rate_hz=44100)
    for bad in ({"eq.b1.freq_hz": 20000.0}, {X1: 500.0, X3: 500.0}):
        before, rev = store.snapshot(), store.rev
        with pytest.raises(ParamError, match=next(reversed(bad))):
            store.load_preset(Preset("Bad", {"limiter.gain_db": 6.0} | bad, {}), "test")
        assert store.snapshot() == before and store.rev == rev


def test_a_state_saved_at_a_higher_rate_is_limited():
    before, store = Store(rate_hz=96000), Store(rate_hz=44100)
    before.set_many({"eq.b8.freq_hz": 20000, "eq.b2.gain_db": 3}, "test")
    store.restore(before.dump())
    assert store.get("eq.b8.freq_hz") == 19845 and store.get("eq.b2.gain_db") == 3


def test_a_knob_stops_at_the_limit_and_steps_over_another_crossover(tmp_path):
    store = Store(rate_hz=44100)
    controller = PanelController(store, PresetLibrary(tmp_path), options=PanelOptions(acceleration=False))
    for _ in range(200):
        controller.turn(3, 1)
    assert store.get("eq.b1.freq_hz") == 19845
    controller.press("DYN")
    controller.press("DYN")
    store.set_many({X2: 1000, X3: 1100}, "test")
    controller.turn(3, 1)
    assert store.get(X2) == 1200


BAD = {
    "above the rate's limit": ({"eq.b8.freq_hz": 19900}, TOO_HIGH),
    "dynamic in linear mode": ({"eq.b3.dynamic": True}, "eq.b3.dynamic cannot be on while eq.mode is linear"),
    "empty band": ({X2: 120}, EMPTY),
    "not a number": ({"eq.b2.gain_db": float("nan")}, "eq.b2.gain_db cannot be nan: allowed is -18 to 18 dB"),
    "out of range": ({"eq.b2.q": 41.0}, "eq.b2.q cannot be 41.0: allowed is 0.1 to 40"),
}


@pytest.mark.parametrize("what", BAD)
def test_the_running_sound_continues_unchanged(what, tmp_path, rng, monkeypatch):
    """Invalid values arrive through the methods of the link, the console and a preset, during a run at 44.1 kHz."""
    monkeypatch.setattr(rigs, "RATE_HZ", 44100)
    bad, message = BAD[what]
    words, said = music(rng, 0.4), []

    def attack(rig, frame):
        if frame % 4096 or frame > 12288:
            return
        methods = Methods(rig.process, 1000, None, dict)
        for door in (
            lambda: methods.set(protocol.Set({"limiter.gain_db": 20.0} | bad)),
            lambda: rig.store.load_preset(Preset("Bad", {"limiter.gain_db": 20.0} | bad, {}), "test"),
        ):
            with pytest.raises((ParamError, PresetError)) as why:
                door()
            said.append(str(why.value))
        (path, value), *_ = bad.items()
        said.append(Console(methods).answer(f"set {path} {value}".encode()).decode())

    outs = []
    for attacked in (False, True):
        folder = tmp_path / str(attacked)
        folder.mkdir()
        with Rig(folder) as rig:
            rig.store.set_many({"eq.b2.enabled": 1, "eq.b2.gain_db": 6, "multiband.b1.makeup_db": 3}, "test")
        with Rig(folder) as rig:  # the next start: all kernels are used from the first frame
            rev = rig.store.rev
            outs.append(rig.play(words, lambda frame, rig=rig, attacked=attacked: attacked and attack(rig, frame)))
            assert rig.store.rev == rev
    assert np.array_equal(*outs)
    assert len(said) == 12
    for text in said:  # messages quote a typed value unchanged
        assert all(part in text for part in message.split(str(*bad.values()))), text
