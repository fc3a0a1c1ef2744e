"""Simulations with ngspice over the tolerances of the parts and the temperature, recorded in docs/MEASUREMENTS.md."""

from dataclasses import replace

import pytest

from firmware import supervisor
from firmware.system import board
from hardware.circuits import CATALOGUE, circuits
from tools.hardware import simulate_audio, simulate_bypass

pytestmark = pytest.mark.hardware


def with_part(name, ref, value):
    """A circuit with another value at `ref`."""
    circuit = circuits()[name]
    key = f"{ref}={value}"
    CATALOGUE[key] = replace(circuit.parts[ref].item, value=value)
    circuit.parts[ref] = replace(circuit.parts[ref], item_name=key)
    return circuit


@pytest.fixture(autouse=True)
def catalogue_as_before():
    before = dict(CATALOGUE)
    yield
    CATALOGUE.clear()
    CATALOGUE.update(before)


def test_hold_time_of_the_bypass_over_all_tolerances(record):
    relay = board.load().relay
    shortest, longest = simulate_bypass.window_ms()
    record("Hardware", "bypass: shortest hold time after the last pulse (ngspice, all tolerances)", shortest, "ms",
           target=f"≥ {relay.hold_min_ms:g} ms", digits=1)  # fmt: skip
    record("Hardware", "bypass: longest time from the last pulse until the contacts are at rest (ngspice, all tolerances)", longest, "ms",
           target=f"≤ {relay.hold_max_ms:g} ms", digits=1)  # fmt: skip
    assert relay.hold_min_ms <= shortest and longest <= relay.hold_max_ms
    whole = longest + 1000 * supervisor.ALIVE_S + 500 / relay.pulse_hz
    record(
        "Hardware",
        "bypass: longest time from a stuck engine until the contacts are at rest (detection and hold time)",
        whole,
        "ms",
        target="≤ 50 ms",
        digits=1,
    )
    assert whole <= 50


def test_relays_pull_in_after_the_number_of_pulses_that_the_software_expects(record):
    relay = board.load().relay
    least = simulate_bypass.engaged_after_pulses(relay.pull_in_pulses)
    record(
        "Hardware",
        f"bypass: smallest coil current after {relay.pull_in_pulses} pulses, relative to a coil connected to the supply",
        least,
        "",
        target="≥ 0.9",
    )
    assert least >= 0.9


def test_a_steady_line_closes_the_relays_for_no_longer_than_the_hold(record):
    """The pull-up of the Pi at boot has no effect; one fast edge pulls the relays in once for a short time."""
    assert simulate_bypass.steady_closed_ms(50e3) == 0
    click = simulate_bypass.steady_closed_ms(1.0)
    record(
        "Hardware",
        "bypass: longest time for which a single edge of the pin closes the relays",
        click,
        "ms",
        target="≤ 33 ms",
        digits=1,
    )
    assert click <= board.load().relay.hold_max_ms


@pytest.mark.parametrize(("ref", "value"), [("R2", "27k"), ("R6", "1M"), ("C2", "2.2u")])
def test_a_wrong_part_of_the_charge_pump_is_found(ref, value):
    _, longest = simulate_bypass.window_ms(with_part("relay", ref, value))
    assert longest > board.load().relay.hold_max_ms


def test_levels_between_the_sockets(record):
    up, down = simulate_audio.trim_range_db()
    out_up, out_down = simulate_audio.output_trim_range_db()
    record("Hardware", "input trimmer: smallest range upwards over all tolerances", up, "dB", target="≥ 0.3 dB")
    record("Hardware", "input trimmer: smallest range downwards over all tolerances", down, "dB", target="≤ -0.3 dB")
    record("Hardware", "output trimmer: smallest range upwards over all tolerances", out_up, "dB", target="≥ 0.3 dB")
    record(
        "Hardware", "output trimmer: smallest range downwards over all tolerances", out_down, "dB", target="≤ -0.3 dB"
    )
    assert up >= 0.3 and out_up >= 0.3 and down <= -0.3 and out_down <= -0.3
    before = simulate_audio.untrimmed_db()
    record(
        "Hardware",
        "level for +24 dBu at the input before trimming, nominal parts",
        before,
        "dBFS",
        target="0 ± 0.2 dBFS",
    )
    assert abs(before) <= 0.2
    at_input, whole = simulate_audio.drift_db()
    record(
        "Hardware",
        "level for +24 dBu at the input after trimming: largest change from 0 to 60 °C",
        at_input,
        "dB",
        target="≤ 0.2 dB",
        digits=3,
    )
    record(
        "Hardware",
        "gain from XLR to XLR after trimming: largest change from 0 to 60 °C",
        whole,
        "dB",
        target="≤ 0.1 dB",
        digits=3,
    )
    assert at_input <= 0.2 and whole <= 0.1


def test_a_pad_of_12_db_is_found():
    assert simulate_audio.untrimmed_db(with_part("receiver", "R216", "1.69k")) > 2.9
    assert simulate_audio.trim_range_db(with_part("receiver", "R216", "1.69k"))[1] > -0.3


def test_response_between_the_sockets(record):
    worst = simulate_audio.response_db()
    for hz, name in ((20.0, "20 Hz"), (20_000.0, "20 kHz")):
        record(
            "Hardware",
            f"gain from XLR to XLR at {name} relative to 1 kHz, with 30 m of cable",
            worst[hz],
            "dB",
            target="0 ± 0.1 dB",
            digits=3,
        )
        assert abs(worst[hz]) <= 0.1


def test_noise_between_the_sockets(record):
    for name, value in simulate_audio.noise_dbfs().items():
        record(
            "Hardware",
            f"noise of the analog parts, {name}, 20 Hz to 20 kHz, 60 °C",
            value,
            "dBFS",
            target="≤ -115 dBFS",
            digits=1,
        )
        assert value <= -115


def test_common_mode_rejection(record):
    """Uses the 85 dB that the receiver's data sheet guarantees (TI SBOS818, 25 °C), and a difference of 10 ohm between the
    wires of the source."""
    for hz, value in simulate_audio.rejection_db().items():
        record(
            "Hardware",
            f"lowest common-mode rejection at {hz:g} Hz",
            value,
            "dB",
            target="≥ 80 dB" if hz <= 1000 else "",
            digits=1,
        )
        assert value >= (80 if hz <= 1000 else 75)


def test_tolerances_of_the_pad_cost_little_rejection_unless_a_resistor_leads_to_ground():
    """Even a tolerance of 5 % costs only a few dB of rejection; one resistor to ground removes almost all of it."""
    circuit = circuits()["receiver"]
    for ref in ("R211", "R212"):
        key = f"{ref} 5 %"
        CATALOGUE[key] = replace(circuit.parts[ref].item, tolerance=0.05)
        circuit.parts[ref] = replace(circuit.parts[ref], item_name=key)
    assert simulate_audio.rejection_db(circuit)[1000.0] >= 74
    circuit = circuits()["receiver"]
    circuit.add("R291", "8k06_0.1%", (34, 60))
    circuit.net("PAD_L_P", "R291.1")
    circuit.net("GND", "R291.2")
    assert simulate_audio.rejection_db(circuit)[1000.0] < 40


def test_headroom_with_a_low_supply(record):
    for name, value in simulate_audio.headroom_db(13.5).items():
        record(
            "Hardware",
            f"headroom above +24 dBu with supplies of ±13.5 V: {name}",
            value,
            "dB",
            target="> 0 dB",
            digits=1,
        )
        assert value > 0


def test_inrush(record):
    """The fuse, T 4 A, melts at about 40 A²s."""
    found = simulate_audio.inrush()
    record("Hardware", "power-up: peak current", found["peak_a"], "A", target="≤ 60 A", digits=0)
    record("Hardware", "power-up: I²t of the fuse", found["heating_a2s"], "A²s", target="≤ 4 A²s")
    assert found["peak_a"] <= 60 and found["heating_a2s"] <= 4
