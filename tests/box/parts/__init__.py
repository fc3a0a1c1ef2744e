"""The virtual parts around the box, and the programs that use them. They work inside a guest, as root.

- `Header`: the 40-pin header with knobs, switches and the relays' charge pump (gpio-sim and kernel/header_parts.c)
- `Cable`: the USB cable, a gadget on one side and a host on the other (dummy_hcd)
- `CardClock` and `Jig`: the sound card's clock, and the player and recorder on the other side of the loopback card
- `noise`, `parts` and `described`: what the recorder got, frame by frame
- `Disk`: a disk for the settings that fills up, freezes or fails
- `Burnishd` and `tool`: the box's service and the laptop's command
"""

from .burnishd import Burnishd
from .cable import Cable
from .card_clock import CardClock
from .clock import wait_until
from .disk import Disk
from .header import Header, pretend_pi
from .jig import Jig
from .sound import described, noise, parts
from .tool import Tool

__all__ = [
    "Burnishd",
    "Cable",
    "CardClock",
    "Disk",
    "Header",
    "Jig",
    "Tool",
    "described",
    "noise",
    "parts",
    "pretend_pi",
    "wait_until",
]
