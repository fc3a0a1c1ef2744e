"""A separate partition for settings and presets, so that the root file system can be read-only."""

from collections.abc import Iterator

from .change import Change
from .settings import Settings
from .target import InstallError, Target

LABEL, MOUNT = "burnish-data", "/var/lib/burnish"
#: commit=1: saved data reaches the card within a second. nofail: the system also starts without the partition.
_OPTIONS = "noatime,data=ordered,commit=1,nofail,x-systemd.device-timeout=10s"
FSTAB_LINE = f"LABEL={LABEL} {MOUNT} ext4 {_OPTIONS} 0 2"


def changes(target: Target, settings: Settings) -> Iterator[Change]:
    """Make a file system on the partition, if it has none, and write its line in /etc/fstab. Raises InstallError."""
    if not settings.data_partition:
        return
    kind, label = (_tag(target, settings.data_partition, tag) for tag in ("TYPE", "LABEL"))
    if not kind:
        yield Change(
            f"make a file system on {settings.data_partition}",
            lambda: target.run("mkfs.ext4", "-q", "-L", LABEL, settings.data_partition),
        )
    elif (kind, label) != ("ext4", LABEL):
        raise InstallError(
            f"{settings.data_partition} contains {kind} {label!r} and is not changed: give an empty partition, or label an ext4 "
            f"one with `e2label {settings.data_partition} {LABEL}`"
        )
    lines = (target.read("/etc/fstab") or "").splitlines()
    wanted = [line for line in lines if line.split()[1:2] != [MOUNT]] + [FSTAB_LINE]
    if lines != wanted:
        yield Change(f"mount {LABEL} at {MOUNT}", lambda: target.write("/etc/fstab", "\n".join(wanted) + "\n"))


def _tag(target: Target, device: str, tag: str) -> str:
    """The result of blkid for the device; empty if blkid finds nothing. Raises InstallError."""
    if not target.succeeds("test", "-b", device):
        raise InstallError(f"{device} is not a partition: `lsblk` lists them")
    query = ("blkid", "--probe", "--output=value", f"--match-tag={tag}", device)
    return target.run(*query, output=True).strip() if target.succeeds(*query) else ""
