"""The machine that is installed on: files below a root, and commands run in it."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path


class InstallError(Exception):
    """The installation cannot go on; the message is one sentence that says what to do."""


@dataclass(frozen=True)
class Target:
    """`root` is "/" on the box itself; any other folder is a root file system, in which commands run by chroot."""

    root: Path = Path("/")

    def path(self, name: str) -> Path:
        """The place of the absolute path `name`."""
        return self.root / name.lstrip("/")

    def read(self, name: str) -> str | None:
        """The text of a file, or None where there is none."""
        try:
            return self.path(name).read_text()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def write(self, name: str, text: str, mode: int = 0o644) -> None:
        """A file with that text and mode, whole or not at all even where the power fails."""
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
        """Let `old` take the place of `new`, for good when this returns."""
        old.replace(new)
        folder = os.open(new.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

    def remove(self, name: str) -> None:
        """A file, if it is there."""
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
        """Whether a command exists and ends with status 0. What it prints is dropped."""
        try:
            return subprocess.run(self._command(words), capture_output=True).returncode == 0
        except FileNotFoundError:
            return False

    def _command(self, words) -> list[str]:
        chroot = [] if self.root == Path("/") else ["chroot", str(self.root)]
        return [*chroot, *map(str, words)]

    @property
    def booted(self) -> bool:
        """Whether systemd runs there, and not only files are prepared."""
        return self.root == Path("/") and Path("/run/systemd/system").exists()
