"""The board description: required contents, and errors that are refused."""

import pytest
from gpiozero.pins.mock import MockFactory

from firmware.system import board
from firmware.system.board import BoardError, load

TEXT = board.read("a")


def test_board_builds_with_the_default_hat_and_uses_each_pin_once():
    loaded = load()
    assert len({pin.bcm for pin in loaded.pin}) == len(loaded.pin) == 20
    assert len(loaded.encoder) == 6 and len(loaded.scan.switch) == 20
    keys = {"EQ", "DYN", "STEREO", "COLOUR", "LIMIT", "METER", "AB", "BYPASS", "PRESET", "LOCK", "SHIFT", "UNDO"}
    assert keys < set(loaded.scan.switch)
    assert {"BYPASS", "AB", "PAGE", "RECALL", "STORE", "LOCK"} < set(load(panel="a").scan.switch)


def test_header_is_that_of_the_pi():
    """gpiozero has its own table of the header."""
    header = MockFactory().board_info.headers["J8"].pins
    assert {number: int(pin.name[4:]) for number, pin in header.items() if pin.name.startswith("GPIO")} == board.HEADER


def test_relay_pin_has_a_level_after_boot_that_means_bypass():
    """After a reset, GPIO 0 to 8 are pulled up and the others are pulled down. Either is a constant level, which the charge
    pump does not pass on."""
    loaded = load()
    pin = loaded[loaded.relay.pin]
    assert pin.direction == "out" and pin.function == "gpio"
    assert pin.bcm not in (12, 13, 18, 19), "hardware PWM would keep pulsing when the software hangs"
    assert loaded.relay.pulse_hz * loaded.relay.hold_min_ms / 1000 >= 3, "two late pulses must not release the relay"


@pytest.mark.parametrize("hat", ["hifiberry_dacplusadcpro", "audioinjector_stereo", "none"])
def test_hats_that_fit(hat):
    assert load(hat).hat[hat].rates_hz


@pytest.mark.parametrize(
    ("hat", "part"),
    [
        ("audioinjector_isolated", "ENC1_A (GPIO 5), ENC4_A (GPIO 17)"),
        ("pisound", "DISPLAY_CS (GPIO 8)"),
        ("hifibery_dacplusadcpro", "did you mean hifiberry_dacplusadcpro?"),
    ],
)
def test_hats_that_do_not_fit_are_refused(hat, part):
    with pytest.raises(BoardError) as caught:
        load(hat)
    assert part in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("bcm = 4\n", "bcm = 5\n", "ENC1_B has bcm 5, which is already used by ENC1_A"),
        ("header = 7\n", "header = 8\n", "ENC1_B is at header pin 8, which is not GPIO 4"),
        ('name = "ENC1_B"', 'name = "ENC1_A"', "ENC1_A has name ENC1_A, which is already used by ENC1_A"),
        ('a = "ENC1_A"', 'a = "ENC1_AA"', "encoder 1 a is 'ENC1_AA', which is not a pin, did you mean ENC1_A?"),
        ('a = "ENC1_A"', 'a = "SCAN_LOAD"', "encoder 1 a needs an input"),
        ('a = "ENC2_A"', 'a = "ENC1_A"', "ENC1_A is used by encoder 1 a and by encoder 2 a"),
        ("LOCK = 11", "LOCK = 10", "switches STORE and LOCK are both bit 10"),
        ("LOCK = 11", "LOCK = 16", "switch LOCK is bit 16 of 16"),
        ('push = "PUSH6"', 'push = "PUSH7"', "did you mean PUSH"),
        ("number = 6", "number = 5", "encoders are not numbered"),
        ("pulse_hz = 250", "pulse_herz = 250", "pulse_herz"),
        ('function = "spi0"\n', "", "function gpio does not fit GPIO 8"),
        ('pull = "none"', 'pull = "up"', "BYPASS_HB is an output and has a pull-up"),
        ('direction = "in"', 'direction = "inward"', "direction"),
        ("x_mm = 202.0", "x_mm = 182.0", "ENC2 and ENC1 are too close on the panel"),
        ("x_mm = 36.0", "x_mm = 1.0", "D3 extends beyond the edge of the panel"),
        ('name = "AB"\n', 'name = "BA"\n', "AB has 0 positions on the panel"),
        ('name = "Burnish"', "name = ", "board.toml"),
    ],
)
def test_faults_are_named(old, new, part):
    assert old in TEXT
    with pytest.raises(BoardError) as caught:
        load(text=TEXT.replace(old, new, 1))
    assert part in str(caught.value) and "\n" not in str(caught.value)
