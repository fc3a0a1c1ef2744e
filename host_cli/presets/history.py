"""History: what was heard before a load or a restore replaced it, as preset files in the user's data folder."""

import re
import time
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from firmware import presets
from host_cli.errors import OTHER, CliFail

from . import library

#: Snapshots kept for each box.
KEPT = 200
_NAME = re.compile(r"(\d{8}T\d{6})-\d{3}-([a-z]+)\.toml")


@dataclass(frozen=True)
class Snapshot:
    """One saved state: when (UTC), before what, and the file."""

    when: str
    before: str
    path: Path


def folder(serial: str) -> Path:
    """Where the snapshots of the box with that serial number are."""
    return Path(platformdirs.user_data_dir("burnish", appauthor=False)) / "history" / (presets.slug(serial) or "box")


def keep(serial: str, data: bytes, before: str, now_s: float | None = None) -> Path:
    """Keep the text of a preset as it was before `before` ("load", "restore", "undo", "backup"). Raises CliFail."""
    stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime(now_s))
    known = snapshots(serial)
    for snapshot in known if before == "backup" else known[:1]:
        if snapshot.path.read_bytes() == data:
            return snapshot.path  # it is there already
    # Numbered within the second, so that names sort as time goes.
    number = sum(snapshot.when == stamp for snapshot in known)
    path = folder(serial) / f"{stamp}-{number:03}-{before}.toml"
    library.write(path, data, lambda: None)
    for old in known[KEPT - 1 :]:
        old.path.unlink(missing_ok=True)
    return path


def snapshots(serial: str) -> list[Snapshot]:
    """The snapshots of that box, newest first."""
    where = folder(serial)
    try:
        files = sorted(where.iterdir(), reverse=True) if where.is_dir() else []
    except OSError as why:
        raise CliFail(f"cannot read {where}: {why.strerror}", OTHER) from None
    matches = ((_NAME.fullmatch(path.name), path) for path in files)
    return [Snapshot(match[1], match[2], path) for match, path in matches if match]
