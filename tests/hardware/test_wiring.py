"""The documents and the overlay of hardware/ say what board.toml says."""

import csv
import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from firmware.system import board

from .panel_drawing import panel_svg
from .wiring_document import between_markers

HARDWARE = Path(board.__file__).parents[2] / "hardware"
DTS = (HARDWARE / "burnish.dts").read_text()

#: The labels of a Raspberry Pi's device tree that the overlay hangs on to (bcm270x.dtsi, bcm2711-rpi-4-b.dts).
BASE = """/dts-v1/;
/ {
	#address-cells = <1>; #size-cells = <1>; compatible = "raspberrypi,4-model-b", "brcm,bcm2711";
	soc {
		gpio: gpio@7e200000 {
			#gpio-cells = <2>;
			spi0_pins: spi0_pins { brcm,pins = <9 10 11>; };
			spi0_cs_pins: spi0_cs_pins { brcm,pins = <8 7>; };
		};
		uart1: serial@7e215040 { status = "okay"; };
		spi0: spi@7e204000 {
			cs-gpios = <&gpio 8 1>, <&gpio 7 1>;
			status = "disabled";
			spidev0: spidev@0 { reg = <0>; };
			spidev1: spidev@1 { reg = <1>; };
		};
	};
};
"""


def test_wiring_document_is_current(request):
    path = HARDWARE / "WIRING.md"
    text = between_markers(path.read_text(), board.load())
    if request.config.getoption("--write-docs"):
        path.write_text(text)
    assert path.read_text() == text, "hardware/WIRING.md is not current: run `make docs` and commit it"


def test_overlay_has_the_pins_of_the_board():
    loaded = board.load()
    names = re.search(r"gpio-line-names =([^;]*);", DTS)[1]
    lines = re.findall(r'"([^"]*)"', names)
    assert len(lines) == 28
    for pin in loaded.pin:
        assert lines[pin.bcm] == pin.name
    own = {pin.bcm for pin in loaded.pin}
    reserved = set(loaded.hat[board.DEFAULT_HAT].reserved)
    assert own | reserved == set(range(28)) and not own & reserved, "every line is the panel's or the HAT's"
    for text, comment in re.findall(r"brcm,pins = <([\d ]+)>; /\* ([A-Z_ ]+) \*/", DTS):
        assert [loaded[name].bcm for name in comment.split()] == [int(number) for number in text.split()]
    (select,) = re.findall(r"cs-gpios = <&gpio (\d+) 1>", DTS)
    assert loaded["DISPLAY_CS"].bcm == int(select) and loaded["DISPLAY_CS"].active == "low"


@pytest.mark.skipif(not shutil.which("fdtoverlay"), reason="device-tree-compiler is not installed")
def test_overlay_compiles_and_applies(tmp_path):
    """dtc alone passes an overlay with a label that does not exist; only fdtoverlay finds it."""
    (tmp_path / "base.dts").write_text(BASE)
    for name, source in (("base", tmp_path / "base.dts"), ("burnish", HARDWARE / "burnish.dts")):
        command = ["dtc", "-q", "-@", "-I", "dts", "-O", "dtb", "-o", tmp_path / f"{name}.dtb", source]
        subprocess.run(command, check=True, capture_output=True)
    merged = tmp_path / "merged.dtb"
    subprocess.run(["fdtoverlay", "-i", tmp_path / "base.dtb", "-o", merged, tmp_path / "burnish.dtb"],
                   check=True, capture_output=True)  # fmt: skip
    text = subprocess.run(
        ["dtc", "-q", "-I", "dtb", "-O", "dts", merged], check=True, capture_output=True, text=True
    ).stdout
    assert "brcm,pins = <0x0a 0x0b>" in text and 'gpio-line-names = "ID_SDA' in text
    assert re.search(r"spidev@1 {[^}]*disabled", text) and re.search(r"serial@7e215040 {[^}]*disabled", text)
    broken = (HARDWARE / "burnish.dts").read_text().replace("&spidev1", "&spidev7")
    (tmp_path / "broken.dts").write_text(broken)
    subprocess.run(["dtc", "-q", "-@", "-I", "dts", "-O", "dtb", "-o", tmp_path / "b.dtb", tmp_path / "broken.dts"],
                   check=True, capture_output=True)  # fmt: skip
    failed = subprocess.run(["fdtoverlay", "-i", tmp_path / "base.dtb", "-o", merged, tmp_path / "b.dtb"],
                            capture_output=True)  # fmt: skip
    assert failed.returncode != 0


def test_bill_of_materials_has_every_part_of_the_board():
    with (HARDWARE / "bom.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(int(row["quantity"]) > 0 and row["part"] for row in rows)
    listed = set()
    for row in rows:
        designators = []
        for word in row["designator"].split(","):
            first, _, last = word.strip().partition("-")
            kind = first.rstrip("0123456789")
            numbers = range(int(first[len(kind) :]), int((last or first)[len(kind) :]) + 1)
            designators += [f"{kind}{number}" for number in numbers]
        assert len(designators) == int(row["quantity"]) or kind == "RN", row
        assert not listed & set(designators), row
        listed |= set(designators)
    used = {word for pin in board.load().pin for word in re.findall(r"\b(?:ENC|DS|[UKQCDR])\d+\b", pin.part)}
    assert used <= listed


def parts() -> dict[str, float]:
    """The values of the charge pump's parts, in ohm and farad."""
    factor = {"kOhm": 1e3, "uF": 1e-6}
    with (HARDWARE / "bom.csv").open(newline="") as file:
        values = {row["designator"]: row["value or type"].split() for row in csv.DictReader(file)}
    return {name: float(values[name][0]) * factor[values[name][1]] for name in ("R1", "R2", "R3", "C1", "C2")}


def charge_pump(pin_volts, step_s=2e-5):
    """Voltage of C2 over time, the heartbeat pin being at `pin_volts` (one value per `step_s`)."""
    part, diode, base = parts(), 0.25, 0.6
    across_c1 = c2 = 0.0
    voltages = []
    for pin in pin_volts:
        node = pin - across_c1
        # One diode clamps the node to ground, the other leads to C2; R1 limits the current.
        over, under = node - (c2 + diode), node + diode
        current = (over if over > 0 else under if under < 0 else 0.0) / part["R1"]
        across_c1 += current * step_s / part["C1"]
        drained = c2 / part["R2"] + max(0.0, c2 - base) / part["R3"]
        c2 += (max(0.0, current) - drained) * step_s / part["C2"]
        voltages.append(c2)
    return voltages


#: Where Q2 lets Q1 go: base-emitter 0.53 to 0.70 V (60 to 0 °C), and the base current of 0.42 mA collector current
#: through R3, current gain 450 to 200.
THRESHOLDS = (0.6, 0.95)


def test_charge_pump_holds_on_pulses_and_on_nothing_else(record):
    relay, step_s = board.load().relay, 2e-5
    period = round(1 / relay.pulse_hz / step_s)
    beat = [3.3] * (period // 2) + [0.0] * (period // 2)
    low, high = THRESHOLDS
    pulsed = charge_pump(beat * 30)
    lowest = min(pulsed[-period:])
    assert lowest > 1.5 * high, "the heartbeat holds with a margin"
    assert pulsed[relay.pull_in_pulses * period] > high
    held_ms = []
    for level in (0.0, 3.3):  # the pulses end at low (release), or at high (all software died there)
        start = beat * 30 + (beat[: period // 2] if level else [])
        falling = charge_pump(start + [level] * 5000)[len(start) :]
        held_ms += [1000 * step_s * sum(volts > threshold for volts in falling) for threshold in THRESHOLDS]
        assert falling[-1] < low
        stuck = charge_pump([level] * 5000)
        assert sum(volts > low for volts in stuck) * step_s < relay.hold_max_ms / 1000, "a stuck line is no heartbeat"
    assert relay.hold_min_ms <= min(held_ms) and max(held_ms) <= relay.hold_max_ms
    record("Box", "bypass relay: C2 with heartbeat, lowest (computed)", lowest, "V", target="> 1.43 V", digits=2)
    record(
        "Box", "bypass relay: held without pulses, shortest (computed)", min(held_ms), "ms", target="≥ 15 ms", digits=1
    )
    record(
        "Box", "bypass relay: held without pulses, longest (computed)", max(held_ms), "ms", target="≤ 45 ms", digits=1
    )


def test_panel_drawing_is_current(request):
    path, text = HARDWARE / "panel.svg", panel_svg(board.load())
    if request.config.getoption("--write-docs"):
        path.write_text(text)
    assert path.read_text() == text, "hardware/panel.svg is not current: run `make docs` and commit it"
    drawing = ElementTree.fromstring(text)
    assert drawing.get("width") == "482.6mm" and drawing.get("viewBox") == "0 0 482.6 43.66"
