"""The documents and the overlay of hardware/ agree with board.toml, and every generated file is current."""

import re
from pathlib import Path

import pytest

from firmware.system import board
from tools.hardware import generate, lists, overlay

HARDWARE = lists.HARDWARE
FIXTURE = (Path(__file__).parent / "fixtures" / "raspberry-pi-4b.dts").read_text()
DTS = (HARDWARE / "burnish.dts").read_text()


def test_every_generated_file_is_current_to_the_bit():
    made = generate.texts()
    stale = [name for name, text in made.items() if (HARDWARE / name).read_bytes() != text.encode()]
    assert not stale, f"run `make hardware` and commit {', '.join(stale)}"
    folders = {name.split("/")[0] for name in made if "/" in name}
    left = {str(p.relative_to(HARDWARE)) for folder in folders for p in (HARDWARE / folder).iterdir()} - set(made)
    assert not left, "files that are no longer generated"


def test_two_runs_write_the_same_files():
    assert generate.texts() == generate.texts()
    assert generate.binaries() == generate.binaries()


def test_overlay_names_all_lines_and_has_the_pins_of_the_board():
    loaded = board.load()
    lines = re.findall(r'"([^"]*)"', re.search(r"gpio-line-names =([^;]*);", DTS)[1])
    assert len(lines) == 58 and len(set(lines)) == 58, (
        "a shorter list would remove the names of the Pi's internal lines"
    )
    for pin in loaded.pin:
        assert lines[pin.bcm] == pin.name
    own = {pin.bcm for pin in loaded.pin}
    reserved = set(loaded.hat[board.DEFAULT_HAT].reserved)
    assert own | reserved == set(range(28)) and not own & reserved, "every line is the panel's or the HAT's"
    for text, comment in re.findall(r"brcm,pins = <([\d ]+)>; /\* ([A-Z_ ]+) \*/", DTS):
        assert [loaded[name].bcm for name in comment.split()] == [int(number) for number in text.split()]
    (select,) = re.findall(r"cs-gpios = <&gpio (\d+) 1>", DTS)
    assert loaded["DISPLAY_CS"].bcm == int(select) and loaded["DISPLAY_CS"].active == "low"


def test_overlay_refers_only_to_labels_that_raspberry_pi_has():
    """This test does not need dtc; `make hardware-check` compiles and applies the overlay. dtc alone accepts a label that does
    not exist."""
    known = overlay.labels(FIXTURE)
    assert {"gpio", "spi0", "spidev1", "uart1"} < known
    assert overlay.targets(DTS) <= known
    assert overlay.targets(DTS.replace("&spidev1", "&spidev7")) - known == {"spidev7"}


def test_boot_lines_follow_the_hat():
    text = overlay.config_txt(board.load())
    lines = text.splitlines()
    assert {"dtoverlay=burnish", "dtoverlay=hifiberry-dacplusadcpro", "enable_uart=0", "force_eeprom_read=0"} <= set(
        lines
    )
    assert "24db_digital_gain" not in "".join(line for line in lines if not line.startswith("#"))
    assert "console=serial0,115200" in overlay.cmdline_txt()


def test_5_v_are_at_the_same_header_pins_everywhere():
    found = []
    for path in [*HARDWARE.glob("*.md"), HARDWARE / "harness.toml"]:
        text = " ".join(path.read_text().split())
        numbers = r"pins ((?:\d+(?:, | and )?)+) ?"
        patterns = (
            rf"5 V[^.|]*?(?:header|ribbon|J1)[^.|]*?{numbers}",
            rf"5 V[^.|]*?{numbers}of (?:the )?(?:header|ribbon|J1)",
            rf"{numbers}of (?:the )?(?:header|ribbon cable|J1) have 5 V",
        )
        for words in (words for pattern in patterns for words in re.findall(pattern, text)):
            found.append(path.name)
            assert set(map(int, re.findall(r"\d+", words))) == {2, 4}, f"{path.name}: 5 V at pins {words}"
    assert len(found) >= 3


@pytest.mark.parametrize("name", ["BUILD.md", "TEST.md", "WIRING.md", "README.md"])
def test_pictures_and_links_of_the_documents_exist(name):
    for link in re.findall(r"\]\(([^)#:]+)\)", (HARDWARE / name).read_text()):
        assert (HARDWARE / link).exists(), f"{name} leads to {link}, which does not exist"
