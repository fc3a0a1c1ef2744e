"""The machine on which the box is installed: its files, and commands that run on it."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path


class InstallError(Exception):
    """The installation cannot continue. The message is one sentence that says what to do."""


@dataclass(frozen=True)
class Target:
    """`root` is "/" on the box itself. Any other folder is a root file system, in which commands are run by chroot."""

    root: Path = Path("/")

    def path(self, name: str) -> Path:
        """The path of the file `name` (an absolute path of the target) on this machine."""
        return self.root / name.lstrip("/")

    def read(self, name: str) -> str | None:
        """The text of a file, or None if it does not exist."""
        try:
            return self.path(name).read_text()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def write(self, name: str, text: str, mode: int = 0o644) -> None:
        """Write a file with this text and mode. After a power cut, either the old or the new file is there, complete."""
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.new")
        with open(partial, "w") as file:
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        self.rename(partial, path)

    @staticmethod
    def rename(old: Path, new: Path) -> None:
        """Rename `old` to `new`. The change survives a power cut after this call."""
        old.replace(new)
        folder = os.open(new.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

    def remove(self, name: str) -> None:
        """Delete a file, if it exists."""
        self.path(name).unlink(missing_ok=True)

    def run(self, *words, output: bool = False) -> str:
        """Run a command that must succeed; returns what it printed if `output`. Raises InstallError."""
        done = subprocess.run(self._command(words), stdout=subprocess.PIPE if output else None, text=True)
        if done.returncode:
            raise InstallError(
                f"`{' '.join(map(str, words))}` ended with status {done.returncode}; its message is above"
            )
        return done.stdout or ""

    def succeeds(self, *words) -> bool:
        """Whether a command exists and ends with status 0. Its output is discarded."""
        try:
            return subprocess.run(self._command(words), capture_output=True).returncode == 0
        except FileNotFoundError:
            return False

    def _command(self, words) -> list[str]:
        chroot = [] if self.root == Path("/") else ["chroot", str(self.root)]
        return [*chroot, *map(str, words)]

    @property
    def booted(self) -> bool:
        """Whether systemd runs on the target. It does not if only a root file system is prepared."""
        return self.root == Path("/") and Path("/run/systemd/system").exists()
