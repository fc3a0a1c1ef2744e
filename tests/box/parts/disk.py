"""The disk of the settings: an ext4 file system on a disk in memory, which can be filled, frozen, made read-only, or made to fail."""

import contextlib
import subprocess
from pathlib import Path

_DEVICE, _NAME = Path("/dev/ram0"), "settings"
_MAPPED = Path("/dev/mapper") / _NAME
_FILLER = "filler"


def _run(*words, text: str | None = None) -> None:
    subprocess.run(list(map(str, words)), input=text, text=True, check=True, capture_output=True)


class Disk:
    """A small file system at `path`. Each fault is a pair of methods: one causes it, the other ends it."""

    def __init__(self, path: Path):
        self._path = path
        path.mkdir(parents=True, exist_ok=True)
        size = Path("/sys/class/block") / _DEVICE.name / "size"
        self._sectors = int(size.read_text())
        _run("dmsetup", "--noudevsync", "--noudevrules", "create", _NAME, text=self._table("linear"))
        _run("dmsetup", "--noudevsync", "--noudevrules", "mknodes")
        _run("mke2fs", "-q", "-F", "-t", "ext4", "-b", 1024, "-J", "size=1", _MAPPED)
        self._mount()

    def fill(self) -> None:
        with contextlib.suppress(OSError), open(self._path / _FILLER, "wb", buffering=0) as file:
            for bytes_at_once in (65536, 1024, 1):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(bytes(bytes_at_once))

    def empty(self) -> None:
        (self._path / _FILLER).unlink()

    def forbid_writing(self) -> None:
        _run("mount", "-o", "remount,ro", self._path)

    def allow_writing(self) -> None:
        _run("mount", "-o", "remount,rw", self._path)

    def freeze(self) -> None:
        """Programs that write wait until `thaw`, and cannot be killed."""
        _run("fsfreeze", "-f", self._path)

    def thaw(self) -> None:
        _run("fsfreeze", "-u", self._path)

    def fail(self) -> None:
        """Each access to the disk is an error; the Linux kernel then forbids writing."""
        self._load("error")

    def replace(self) -> None:
        """The disk works again, after a check of the file system, as after a restart of the machine."""
        self._load("linear")
        _run("umount", self._path)
        subprocess.run(["e2fsck", "-fy", _MAPPED], capture_output=True)
        self._mount()

    def _table(self, target: str) -> str:
        return f"0 {self._sectors} {target}" + (f" {_DEVICE} 0" if target == "linear" else "")

    def _load(self, target: str) -> None:
        _run("dmsetup", "suspend", "--nolockfs", "--noflush", _NAME)
        _run("dmsetup", "load", _NAME, text=self._table(target))
        _run("dmsetup", "--noudevsync", "--noudevrules", "resume", _NAME)

    def _mount(self) -> None:
        _run("mount", "-t", "ext4", "-o", "errors=remount-ro", _MAPPED, self._path)
