"""Names of presets that this laptop has seen on boxes, for shell completion: completing must not open a port."""

import contextlib
import json
from pathlib import Path

import platformdirs


def _file() -> Path:
    return Path(platformdirs.user_cache_dir("burnish", appauthor=False)) / "presets.json"


def remember(names) -> None:
    """Note the names of a box's library. A cache that cannot be written is no failure."""
    with contextlib.suppress(OSError):
        _file().parent.mkdir(parents=True, exist_ok=True)
        _file().write_text(json.dumps(list(names)))


def names() -> list[str]:
    """The names of the library last seen; none if there was none, or the cache is damaged."""
    with contextlib.suppress(OSError, ValueError):
        found = json.loads(_file().read_text())
        return [name for name in found if isinstance(name, str)] if isinstance(found, list) else []
    return []
