"""History: the settings that a load or a restore replaced, as preset files in the user's data folder."""

import re
import time
from dataclasses import dataclass
from pathlib import Path

from firmware import presets
from host_cli.errors import OTHER, CliFail
from host_cli.folders import data_folder

from . import library

#: Most snapshots that are kept for each box.
KEPT = 200
_NAME = re.compile(r"(\d{8}T\d{6})-\d{3}-([a-z]+)\.toml")


@dataclass(frozen=True)
class Snapshot:
    """Saved settings: `when` (UTC), the action `before` which they were saved, and the file."""

    when: str
    before: str
    path: Path


def folder(serial: str) -> Path:
    """The folder with the snapshots of the box that has this serial number."""
    return data_folder() / "history" / (presets.slug(serial) or "box")


def keep(serial: str, data: bytes, before: str, now_s: float | None = None) -> Path:
    """Save the text of a preset before the action `before` ("load", "restore", "undo", "backup"). Raises CliFail."""
    stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime(now_s))
    known = snapshots(serial)
    for snapshot in known if before == "backup" else known[:1]:
        if snapshot.path.read_bytes() == data:
            return snapshot.path  # it has been saved already
    # With a number within the second, so that the names sort by time.
    number = sum(snapshot.when == stamp for snapshot in known)
    path = folder(serial) / f"{stamp}-{number:03}-{before}.toml"
    library.write(path, data, lambda: None, make_folder=True)
    for old in known[KEPT - 1 :]:
        old.path.unlink(missing_ok=True)
    return path


def snapshots(serial: str) -> list[Snapshot]:
    """The snapshots of the box with this serial number, newest first."""
    where = folder(serial)
    try:
        files = sorted(where.iterdir(), reverse=True) if where.is_dir() else []
    except OSError as why:
        raise CliFail(f"cannot read {where}: {why.strerror}", OTHER) from None
    matches = ((_NAME.fullmatch(path.name), path) for path in files)
    return [Snapshot(match[1], match[2], path) for match, path in matches if match]
