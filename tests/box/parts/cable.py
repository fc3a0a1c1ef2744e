"""The USB cable between box and laptop: configfs gadget on one side, cdc-acm on the other."""

from pathlib import Path

from firmware.contract import protocol

from .clock import wait_until

_GADGET = Path("/sys/kernel/config/usb_gadget/burnish")
_CONTROLLER = "dummy_udc.0"


class Cable:
    """A serial gadget: /dev/ttyGS0 on the box's side and, while the cable is plugged in, /dev/ttyACM0 on the laptop's side."""

    laptop = Path("/dev/ttyACM0")

    def __init__(self, serial_number: str = "10000000deadbeef"):
        texts = {
            "idVendor": f"{protocol.USB_VID:#06x}",
            "idProduct": f"{protocol.USB_PID:#06x}",
            "strings/0x409/manufacturer": protocol.PRODUCT,
            "strings/0x409/product": protocol.PRODUCT,
            "strings/0x409/serialnumber": serial_number,
        }
        (_GADGET / "strings/0x409").mkdir(parents=True)
        for name, text in texts.items():
            (_GADGET / name).write_text(text)
        (_GADGET / "configs/c.1").mkdir(parents=True)
        (_GADGET / "functions/acm.usb0").mkdir(parents=True)
        (_GADGET / "configs/c.1/acm.usb0").symlink_to(_GADGET / "functions/acm.usb0")

    def plug(self) -> None:
        """Plug the cable in, and wait until the laptop has its serial device."""
        (_GADGET / "UDC").write_text(_CONTROLLER)
        if wait_until(self.laptop.exists, 5) is None:
            raise TimeoutError(f"{self.laptop} did not appear within 5 s")

    def pull(self) -> None:
        """Pull the cable out, and wait until the laptop has no serial device."""
        (_GADGET / "UDC").write_text("\n")
        if wait_until(lambda: not self.laptop.exists(), 5) is None:
            raise TimeoutError(f"{self.laptop} did not disappear within 5 s")
