"""The folders in which the laptop tool keeps a user's files. No other module asks platformdirs, so that all of them agree."""

import warnings
from pathlib import Path

import platformdirs

_NAME = "burnish"


def data() -> Path:
    """Folder of what must last: presets and the history of replaced settings."""
    return platformdirs.user_data_path(_NAME, appauthor=False)


def cache() -> Path:
    """Folder of what can be made again."""
    return platformdirs.user_cache_path(_NAME, appauthor=False)


def runtime() -> Path:
    """Folder of sockets, which end with the user's login."""
    with warnings.catch_warnings(action="ignore"):  # platformdirs warns when it has to take another folder
        return platformdirs.user_runtime_path(_NAME, appauthor=False)
