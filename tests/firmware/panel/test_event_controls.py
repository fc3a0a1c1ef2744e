"""Knobs and keys through the kernel's input layer: the same values as through gpiozero, from events in pipes."""

import os
import random

import pytest

from firmware.panel.event_controls import EV_KEY, EV_REL, EVENT, KEY_CODES, EventControls, input_devices
from firmware.panel.operation import PanelController, PanelOptions
from firmware.presets import PresetLibrary
from firmware.settings import Store
from firmware.sim import SimPanel
from firmware.system import board
from tests.support.panel_rig import PanelRig

EVEN = PanelOptions(acceleration=False)


class Rig:
    """A panel with two event devices, which are pipes here."""

    def __init__(self, tmp_path):
        self.paths = [tmp_path / "event0", tmp_path / "event1"]
        for path in self.paths:
            os.mkfifo(path)
        self.store = Store()
        self.sim = SimPanel(board.load())
        controller = PanelController(self.store, PresetLibrary(tmp_path / "presets"), options=EVEN)
        self.controls = EventControls(board.load(), controller, self.paths, self.sim.pin_factory)
        self.writers = [os.open(path, os.O_WRONLY) for path in self.paths]

    def send(self, device, kind, code, value):
        """An event, and the SYN_REPORT that the kernel sends after it."""
        os.write(self.writers[device], EVENT.pack(0, 0, kind, code, value) + EVENT.pack(0, 0, 0, 0, 0))

    def close(self):
        self.controls.close()
        for writer in self.writers:
            os.close(writer)


@pytest.fixture
def rig(tmp_path):
    rig = Rig(tmp_path)
    yield rig
    rig.close()


def test_each_axis_is_a_knob(rig):
    rig.send(0, EV_REL, 3, +4)
    rig.send(1, EV_REL, 2, -1)
    rig.controls.pump()
    assert rig.store.get("eq.b1.gain_db") == 2.0 and rig.store.get("eq.b1.freq_hz") == 38


def test_keys_of_gpio_keys_work_beside_the_shift_registers(rig):
    codes = {name: code for code, name in KEY_CODES.items()}
    rig.send(0, EV_KEY, codes["BYPASS"], 1)
    rig.controls.pump()
    assert rig.store.get("chain.bypass") == 1
    rig.send(0, EV_KEY, codes["BYPASS"], 2)  # the repetition of a held key
    rig.send(0, EV_KEY, codes["BYPASS"], 0)
    rig.controls.pump()
    assert rig.store.get("chain.bypass") == 1
    rig.sim.press("BYPASS")
    for _ in range(2):
        rig.controls.pump()
    assert rig.store.get("chain.bypass") == 0


def test_other_events_half_events_and_a_device_that_goes_are_harmless(rig, caplog):
    rig.send(0, EV_REL, 8, 1)  # a wheel
    rig.send(0, 3, 0, 500)  # an absolute axis
    rig.send(0, EV_KEY, 30, 1)  # a key of a keyboard
    whole = EVENT.pack(0, 0, EV_REL, 3, 2)
    os.write(rig.writers[0], whole[:7])
    rig.controls.pump()
    assert rig.store.get("eq.b1.gain_db") == 0
    os.write(rig.writers[0], whole[7:])
    rig.controls.pump()
    assert rig.store.get("eq.b1.gain_db") == 1.0
    os.close(rig.writers[1])
    rig.writers[1] = os.open(os.devnull, os.O_WRONLY)
    rig.controls.pump()
    rig.send(0, EV_REL, 3, 1)
    rig.controls.pump()
    assert rig.store.get("eq.b1.gain_db") == 1.5


def test_a_device_that_cannot_be_read_is_reported_and_left_out(tmp_path, caplog):
    controller = PanelController(Store(), PresetLibrary(tmp_path / "presets"))
    controls = EventControls(board.load(), controller, [tmp_path / "none"], SimPanel(board.load()).pin_factory)
    controls.pump()
    controls.close()
    assert "cannot read" in caplog.text


def test_the_devices_are_those_of_the_kernel(tmp_path):
    for name in ("event1", "event0", "mouse0"):
        (tmp_path / name).touch()
    assert [path.name for path in input_devices(tmp_path)] == ["event0", "event1"]


def test_both_backends_have_the_same_result(rig, tmp_path, rng):
    """The same turns of all six knobs, through bouncing edges on pins and through events."""
    pins = PanelRig(tmp_path / "pins", options=EVEN)
    bounce = random.Random(5)
    for _ in range(150):
        knob, clicks = int(rng.integers(1, 7)), int(rng.integers(1, 5)) * (1 if rng.random() < 0.5 else -1)
        pins.sim.turn(knob, clicks, bounce=bounce)
        pins.pump()
        for _ in range(abs(clicks)):
            rig.send(knob % 2, EV_REL, knob - 1, 1 if clicks > 0 else -1)
        rig.controls.pump()
    assert rig.store.snapshot() == pins.store.snapshot() and rig.store.edited
    pins.controls.close()


class Open:
    """Shift registers without a pressed key."""

    def scan(self):
        return frozenset()

    def close(self):
        pass


#: Detents of a knob in one scan, at five turns of 24 detents a second.
DETENTS_PER_SCAN = 2
SCANS = 60 * 600


def test_six_axes_at_five_turns_a_second_for_ten_minutes_lose_reverse_and_double_nothing(rig, record, monkeypatch):
    """The kernel's driver decodes the contacts. What arrives here are its steps, of all six knobs between two scans, in runs of up to two
    turns either way."""
    chance = random.Random(11)
    turned, wrong, sent = [], 0, 0
    rig.controls._controller.turn = lambda knob, detents: turned.append((knob, detents))
    monkeypatch.setattr(
        rig.controls, "_switches", Open()
    )  # the scan of the keys through mock pins takes long, and has its own tests
    left = [0] * 6
    for scan in range(SCANS):
        expected = {}
        for axis in range(6):
            if left[axis] == 0:
                left[axis] = chance.choice((1, -1)) * chance.randint(1, 48)
            step = max(-DETENTS_PER_SCAN, min(DETENTS_PER_SCAN, left[axis]))
            left[axis] -= step
            expected[axis + 1] = step
        events = [
            EVENT.pack(0, 0, EV_REL, knob - 1, step) + EVENT.pack(0, 0, 0, 0, 0) for knob, step in expected.items()
        ]
        os.write(rig.writers[scan % 2], b"".join(events))
        rig.controls.pump()
        counted = dict.fromkeys(range(1, 7), 0)
        for knob, detents in turned:
            counted[knob] += detents
        turned.clear()
        wrong += sum(counted[knob] != step for knob, step in expected.items())
        sent += sum(map(abs, expected.values()))
    record(
        "Box",
        "six encoders through the kernel, 5 turns/s for 10 minutes: wrong detents",
        wrong,
        "",
        target="0",
        digits=0,
    )
    assert wrong == 0 and sent > 350_000
