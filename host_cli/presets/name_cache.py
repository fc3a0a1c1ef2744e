"""A cache of the preset names of the last box, for shell completion, which must not open a port."""

import contextlib
import json
from pathlib import Path

from host_cli.folders import cache_folder


def _file() -> Path:
    return cache_folder() / "presets.json"


def remember(names) -> None:
    """Store the names of a box's library. It is not an error if the cache cannot be written."""
    with contextlib.suppress(OSError):
        _file().parent.mkdir(parents=True, exist_ok=True)
        _file().write_text(json.dumps(list(names)))


def names() -> list[str]:
    """The stored names; none if there is no cache or it is damaged."""
    with contextlib.suppress(OSError, ValueError):
        found = json.loads(_file().read_text())
        return [name for name in found if isinstance(name, str)] if isinstance(found, list) else []
    return []
