"""Burnish itself, in one of two slots. A slot is a folder with a virtual environment; the link `current` leads to the slot that
runs."""

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from .change import Change
from .settings import SOURCE, Settings
from .target import Target

FOLDER = "/opt/burnish"
CURRENT = f"{FOLDER}/current"
SLOTS = ("a", "b")
_STAMP = "installed-from"
_SYSTEM_LGPIO = "import sys, lgpio; sys.exit(sys.version_info < (3, 13))"


def changes(target: Target, settings: Settings) -> Iterator[Change]:
    """Create the first slot, and install the source or the wheel into the current slot, unless the same one is already
    installed."""
    slot = current(target)
    origin = origin_of(settings.wheel)
    if slot is None or target.read(f"{FOLDER}/{slot}/{_STAMP}") != origin:
        chosen = slot or SLOTS[0]
        yield Change(f"install Burnish into {FOLDER}/{chosen}", lambda: fill(target, chosen, settings.wheel))
    if slot is None:
        yield Change(f"make {SLOTS[0]} the current slot", lambda: switch(target, SLOTS[0]))


def current(target: Target) -> str | None:
    """The slot that runs; None before the first installation."""
    link = target.path(CURRENT)
    return link.readlink().name if link.is_symlink() else None


def is_whole(target: Target, slot: str) -> bool:
    """Whether an installation into `slot` has been completed."""
    return target.read(f"{FOLDER}/{slot}/{_STAMP}") is not None


def switch(target: Target, slot: str) -> None:
    """Make `slot` the current one in one atomic step, so that there is a current slot at every moment."""
    link, new = target.path(CURRENT), target.path(f"{CURRENT}.new")
    new.unlink(missing_ok=True)
    new.symlink_to(slot)
    target.rename(new, link)


def fill(target: Target, slot: str, wheel: Path | None) -> None:
    """Install into `slot`. The stamp is written last, so a slot without a stamp is incomplete."""
    folder = f"{FOLDER}/{slot}"
    target.remove(f"{folder}/{_STAMP}")
    if not target.path(f"{folder}/bin/pip").exists():
        # If pip has no lgpio, the system's package is used.
        share = ["--system-site-packages"] if target.succeeds("python3", "-c", _SYSTEM_LGPIO) else []
        target.run("python3", "-m", "venv", "--clear", *share, folder)
    source = target.path(f"{FOLDER}/source")
    shutil.rmtree(source, ignore_errors=True)
    try:
        pip = (
            f"{folder}/bin/python",
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-cache-dir",
        )
        target.run(*pip, f"{FOLDER}/source/{_copy(source, wheel)}[box]")
    finally:
        shutil.rmtree(source, ignore_errors=True)
    target.run("sync")  # all files must be on the card before the stamp is
    target.write(f"{folder}/{_STAMP}", origin_of(wheel))


def _copy(folder: Path, wheel: Path | None) -> str:
    """Copy the source or the wheel into `folder` of the target; returns its name there."""
    folder.mkdir(parents=True)
    if wheel is not None:
        shutil.copy(wheel, folder)
        return wheel.name
    for path in sources():
        place = folder / path.relative_to(SOURCE)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)
    return "."


def sources() -> list[Path]:
    """The files that Burnish is built from."""
    found = [SOURCE / name for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE")]
    for package in ("dsp_ext", "firmware", "hardware", "host_cli"):
        found += (path for path in (SOURCE / package).rglob("*") if path.is_file() and _is_source(path))
    return sorted(found)


def _is_source(path: Path) -> bool:
    """Whether a file is a source, and was not made by Cython or Python."""
    made = path.suffix in (".so", ".pyc") or (path.suffix == ".c" and path.with_suffix(".pyx").exists())
    return not made


def origin_of(wheel: Path | None) -> str:
    """The identity of a version: the name and the checksum of the wheel, or the checksum of the sources."""
    digest = hashlib.sha256()
    for path in sources() if wheel is None else [wheel]:
        digest.update(b"" if wheel is not None else f"{path.relative_to(SOURCE)}\0".encode())
        digest.update(path.read_bytes())
    return f"{'source' if wheel is None else wheel.name} {digest.hexdigest()}\n"
