"""The user account of the box, and the groups that may use its devices."""

from collections.abc import Iterator

from .change import Change
from .settings import Settings
from .target import Target

USER = "burnish"
#: Debian has the groups audio and dialout; Raspberry Pi OS adds gpio and spi.
GROUPS = ("audio", "dialout", "gpio", "spi")


def changes(target: Target, settings: Settings) -> Iterator[Change]:
    """A system user without a home or a shell, and the groups of burnishd.service."""
    for group in GROUPS:
        if not target.succeeds("getent", "group", group):
            yield Change(f"add the group {group}", lambda group=group: target.run("groupadd", "--system", group))
    if not target.succeeds("getent", "passwd", USER):
        yield Change(
            f"add the user {USER}",
            lambda: target.run("useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent",
                               "--shell", "/usr/sbin/nologin", USER),
        )  # fmt: skip
