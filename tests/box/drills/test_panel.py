"""Turns knobs and presses buttons through the GPIO driver of the Linux kernel, with bounce, and reads the changed values over
the cable."""

import os
import random
import time

import pytest

from firmware.contract import BY_ID
from firmware.panel.layout import BY_KEY, detent

SECONDS = float(os.environ.get("SECONDS", 3))
#: (name, seconds between quarter cycles, bounce, duration as a fraction of SECONDS)
SPEEDS = (
    ("5 turns a second", 0.00208, {}, 1),
    ("5 turns a second, bounce of 50 us", 0.00208, {"bounce_s": 50e-6}, 1),
    ("5 turns a second, bounce of 10 us", 0.00208, {"bounce_s": 10e-6, "most": 30}, 0.5),
    ("1 turn a second, bounce of 2 ms", 0.0104, {"bounce_s": 400e-6, "most": 6}, 1),
    ("40 turns a second", 0.00026, {}, 0.5),
)


#: The knobs that the drills turn: those of the section LIMIT.
KNOBS = [BY_ID[knob.id] for knob in BY_KEY["LIMIT"].views[0].rows[0]]


@pytest.fixture(autouse=True)
def limiter_page(header):
    """The section LIMIT, first view: from another section, its key shows it as it was left."""
    header.press("EQ")
    header.press("LIMIT")


@pytest.fixture
def fingers() -> random.Random:
    return random.Random(1)


@pytest.fixture(scope="module")
def turned_detents() -> list[int]:
    """How many detents the knobs were turned without a fault, for each speed."""
    return []


def value(box, name: str):
    return box.get([name])[name]


def set_to(box, name: str, to) -> None:
    box.set({name: to})


@pytest.mark.parametrize("knob", range(1, 7))
def test_knob_turns_its_parameter(header, box, knob):
    param = KNOBS[knob - 1]
    set_to(box, param.id, param.default)
    expected = param.default
    for detents in (3, -2):
        header.turn(knob, detents)
        time.sleep(0.1)
        expected = detent(param, expected, detents)
        assert param.parse(str(value(box, param.id))) == pytest.approx(expected)
    set_to(box, param.id, param.default)


@pytest.mark.parametrize("edge_s, bounce, part", [row[1:] for row in SPEEDS], ids=[row[0] for row in SPEEDS])
def test_no_detent_is_lost(header, box, fingers, turned_detents, edge_s, bounce, part):
    trim = BY_ID["limiter.gain_db"]
    click = detent(trim, 0.0, 1)
    swing = int(min(trim.high, -trim.low) / click) - 1
    set_to(box, trim.id, 0)
    before, turned, at, wrong = box.state().rev, 0, 0, []
    began = time.monotonic()
    while time.monotonic() - began < part * SECONDS:
        for detents in (swing, -swing, -swing, swing):
            header.turn(1, detents, edge_s, fingers if bounce else None, **bounce)
            time.sleep(0.15)
            at, turned = at + detents, turned + swing
            if abs(float(value(box, trim.id)) - at * click) > 1e-6:
                wrong.append((at, value(box, trim.id)))
    assert not wrong, f"(detents from the middle, value): {wrong[:4]}"
    assert box.state().rev - before == turned
    turned_detents.append(turned)


def test_detents_are_reported(turned_detents, report):
    assert len(turned_detents) == len(SPEEDS)
    report("knobs", sound="not part of this drill", log="",
           recovery=f"0 of {sum(turned_detents)} detents lost at {len(SPEEDS)} speeds, with and without bounce")  # fmt: skip


def test_six_knobs_at_once(header, box, fingers):
    """Ten detents of each knob, their edges and bounces interleaved."""
    edges = []
    for knob, param in enumerate(KNOBS, 1):
        set_to(box, param.id, param.default)
        at = knob * 0.0003
        for pin, level in header.edges_of(knob, 10):
            for bounce in range(fingers.randrange(4)):
                edges += [(at + 1e-4 * bounce, pin, level), (at + 1e-4 * bounce + 5e-5, pin, 1 - level)]
            edges.append((at + 0.0005, pin, level))
            at += 0.00208
    began = time.monotonic()
    for at, pin, level in sorted(edges):
        time.sleep(max(0.0, began + at - time.monotonic()))
        header.drive(pin, level)
    time.sleep(0.2)
    for param in KNOBS:
        expected = detent(param, param.default, 10)
        assert param.parse(str(value(box, param.id))) == pytest.approx(expected), param.id
        set_to(box, param.id, param.default)


@pytest.mark.parametrize("name, path", [("BYPASS", "bypass"), ("FOOT", "bypass"), ("AB", "ab")])
def test_button_switches(header, box, fingers, name, path):
    before = getattr(box.state(), path)
    for expected in (False, True):
        header.press(name, bounce=fingers)
        assert (getattr(box.state(), path) == before) is expected


def test_forty_presses_with_bounce(header, box, fingers):
    before = box.state().rev
    for _ in range(40):
        header.press("BYPASS", 0.06, bounce=fingers)
    assert box.state().rev - before == 40


def test_section_keys_and_the_second_row(header, box):
    limiter, hold = BY_ID["limiter.gain_db"], BY_ID["limiter.hold_ms"]
    set_to(box, limiter.id, 0)
    set_to(box, hold.id, 0)
    header.switch("SHIFT", True)
    time.sleep(0.1)
    header.turn(2, 1)
    time.sleep(0.1)
    header.switch("SHIFT", False)
    time.sleep(0.1)
    assert float(value(box, hold.id)) == detent(hold, 0.0, 1)
    header.press("EQ")
    before = value(box, limiter.id)
    header.turn(1, 1)  # chooses a band
    time.sleep(0.1)
    assert value(box, limiter.id) == before


def test_undo_key(header, box):
    gain = BY_ID["limiter.gain_db"]
    set_to(box, gain.id, 3)
    time.sleep(1.5)  # the change of the laptop and the turn are two changes
    header.turn(1, 2)
    time.sleep(0.2)
    header.press("UNDO")
    time.sleep(0.2)
    assert float(value(box, gain.id)) == 3


def test_knob_held_gives_the_default_and_knob_pushed_turns_finely(header, box):
    trim = BY_ID["limiter.gain_db"]
    set_to(box, trim.id, 3)
    header.press("PUSH1", 1.2)
    assert float(value(box, trim.id)) == 0
    header.switch("PUSH1", True)
    time.sleep(0.1)
    header.turn(1, 1)
    time.sleep(0.1)
    header.switch("PUSH1", False)
    time.sleep(0.1)
    assert float(value(box, trim.id)) == pytest.approx(trim.nudge(0.0, 1, fine=True))


def test_lock(header, box):
    before = value(box, "limiter.gain_db")
    for locked in (True, False):
        header.press("LOCK", 1.2)
        header.turn(1, 1)
        time.sleep(0.1)
        assert (value(box, "limiter.gain_db") == before) is locked


def test_store_and_recall(header, box):
    header.press("PRESET")
    header.press("PUSH3")
    time.sleep(0.3)
    assert "Panel 01" in [row.name for row in box.presets()]
    header.turn(1, -3)
    time.sleep(0.1)
    for _ in range(2):  # the second press confirms the load if the panel asks for it
        header.press("PUSH1")
        time.sleep(0.3)
    header.press("EQ")
    assert box.state().preset not in (None, "Panel 01")


def test_switches_are_scanned_sixty_times_a_second(header, box, note):
    before, began = header.part("scan_count"), time.monotonic()
    time.sleep(2)
    scans = (header.part("scan_count") - before) / (time.monotonic() - began)
    note("scans a second", f"{scans:.1f}")
    assert 55 < scans < 65


def test_relays_are_sensed_and_sound_continued(burnishd, box):
    counters = box.info().counters
    assert counters["relay_on"] and not counters["relay_fault"], burnishd.log
    assert counters["xruns"] == 0
