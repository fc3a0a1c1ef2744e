"""The connection to the box: serial port, client, broker, and a feed of live values."""

from firmware.contract import lazy_exports

__getattr__ = lazy_exports(
    __name__,
    {
        "hold_box": "connect",
        "lasting_meters": "connect",
        "open_box": "connect",
        "Feed": "feed",
        "Finding": "findings",
        "Link": "link",
        "Sharing": "sharing",
        "judge": "findings",
        "histogram_rows": "soak",
        "watch": "soak",
        "ports": "serial_port",
        "preset_target": "preset_target",
    },
)

__all__ = [
    "Feed",
    "Finding",
    "Link",
    "Sharing",
    "histogram_rows",
    "hold_box",
    "judge",
    "lasting_meters",
    "open_box",
    "ports",
    "preset_target",
    "watch",
]
