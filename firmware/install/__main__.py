"""`sudo python3 -m firmware.install`, in the repository on the Pi."""

import argparse
import os
import sys
from pathlib import Path

from . import accounts, application, boot, files, packages, services, storage
from .settings import Settings
from .target import InstallError, Target

#: In the order in which they depend on each other.
STEPS = (packages, accounts, files, boot, storage, application, services)
RELEASES = ("bookworm", "trixie")
#: Exit statuses, the same as those of `burnishd`: 1 other error, 2 usage.
FAILED, USAGE = 1, 2


def _arguments(arguments) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python3 -m firmware.install",
        description="Installs a Burnish box on Raspberry Pi OS Lite, 64 bit. A second run changes nothing.",
        epilog="Exit status: 0 installed, 1 a step failed, 2 usage. Restart the Pi afterwards.",
    )
    parser.add_argument("--dry-run", action="store_true", help="show what would change, and change nothing")
    parser.add_argument(
        "--hat", default="hifiberry_dacplusadcpro", metavar="NAME", help="audio board (default %(default)s)"
    )
    parser.add_argument("--wheel", type=Path, metavar="FILE", help="install this wheel instead of compiling the source")
    parser.add_argument(
        "--data-partition", default="", metavar="DEVICE",
        help="keep settings and presets on this partition and make the root file system read-only",
    )  # fmt: skip
    parser.add_argument(
        "--root", type=Path, default=Path("/"), metavar="DIR", help="install into the system in this folder"
    )
    return parser.parse_args(arguments)


def check(target: Target, settings: Settings, dry_run: bool) -> None:
    """Check that this machine can become a box. Raises InstallError."""
    release = target.read("/etc/os-release") or ""
    if not any(f"VERSION_CODENAME={name}\n" in release for name in RELEASES):
        raise InstallError(f"this is not Raspberry Pi OS {' or '.join(RELEASES)}: write one of them to the card")
    if not dry_run and os.geteuid() != 0:
        raise InstallError("an installation needs root: run it again with sudo, or with --dry-run")
    if settings.wheel is not None and not settings.wheel.is_file():
        raise InstallError(f"there is no file {settings.wheel}; build one with `pip wheel --no-deps .`")
    settings.hat_lines()


def install(target: Target, settings: Settings, dry_run: bool) -> int:
    """Make the missing changes, or only show them; returns their number. Raises InstallError."""
    count = 0
    for step in STEPS:
        for change in step.changes(target, settings):
            count += 1
            print(("would " if dry_run else "") + change.what, flush=True)
            if not dry_run:
                change.make()
    return count


def main(arguments=None) -> int:
    """The whole program; returns the exit status."""
    asked = _arguments(arguments)
    target, settings = Target(asked.root), Settings(asked.hat, asked.wheel, asked.data_partition)
    try:
        check(target, settings, asked.dry_run)
    except InstallError as error:
        print(f"burnish install: {error}", file=sys.stderr)
        return USAGE
    try:
        count = install(target, settings, asked.dry_run)
    except (InstallError, OSError) as error:
        print(f"burnish install: {error}", file=sys.stderr)
        return FAILED
    changes = f"{count} change{'' if count == 1 else 's'}"
    if not count:
        print("nothing to change")
    elif asked.dry_run:
        print(f"{changes} to make")
    else:
        print(f"{changes} made; restart the Pi: sudo reboot")
    return 0


if __name__ == "__main__":
    sys.exit(main())
