"""The systemd units that start with the box."""

from collections.abc import Iterator

from .change import Change
from .settings import Settings
from .target import Target

UNITS = ("burnish-cpu.service", "burnish-slot.service", "burnishd.service")


def changes(target: Target, settings: Settings) -> Iterator[Change]:
    """Enable the units. They start at the next restart, which the changes of config.txt require anyway."""
    for unit in UNITS:
        if not target.succeeds("systemctl", "is-enabled", "--quiet", unit):
            yield Change(f"enable {unit}", lambda unit=unit: target.run("systemctl", "enable", "--quiet", unit))
