"""The USB gadget that the installation puts on the box, made and removed by its own script."""

import subprocess
from pathlib import Path

from firmware.contract import protocol
from tests.box.parts import wait_until

SCRIPT = Path("firmware/data/root/usr/local/lib/burnish/usb-gadget")
LAPTOP, BOX = Path("/dev/ttyACM0"), Path("/dev/ttyGS0")


def gadget(command: str) -> None:
    subprocess.run([SCRIPT, command], check=True)


def test_box_can_open_its_end_before_the_laptop_detects_the_device():
    gadget("create")
    assert BOX.exists() and not LAPTOP.exists()


def test_laptop_finds_the_box_by_its_identity():
    gadget("bind")
    assert wait_until(LAPTOP.exists, 5) is not None
    device = Path("/sys/class/tty/ttyACM0/device").resolve().parent
    read = lambda name: (device / name).read_text().strip()  # noqa: E731
    assert (int(read("idVendor"), 16), int(read("idProduct"), 16)) == (protocol.USB_VID, protocol.USB_PID)
    assert read("product") == protocol.PRODUCT
    assert read("serial")


def test_midi_port():
    assert "f_midi" in Path("/proc/asound/cards").read_text()


def test_every_command_may_be_repeated():
    for command in ("create", "bind", "unbind", "unbind", "create", "bind"):
        gadget(command)
    assert wait_until(LAPTOP.exists, 5) is not None


def test_laptop_detects_no_device_after_unbind():
    gadget("unbind")
    assert wait_until(lambda: not LAPTOP.exists(), 5) is not None
    assert BOX.exists()


def test_nothing_is_left_after_remove():
    for _ in range(2):
        gadget("remove")
    assert not BOX.exists()
    gadget("create")
    assert BOX.exists()
