"""The folders in which the laptop tool keeps a user's files, and names of files. No other module asks platformdirs, so that all of them agree."""

import os
import warnings
from pathlib import Path

import platformdirs

from .errors import CliFail

_NAME = "burnish"


def data_folder() -> Path:
    """The folder for files that must be kept: presets, and the history of replaced settings."""
    return platformdirs.user_data_path(_NAME, appauthor=False)


def config_folder() -> Path:
    """The folder for settings of the tool."""
    return platformdirs.user_config_path(_NAME, appauthor=False)


def cache_folder() -> Path:
    """The folder for files that can be made again."""
    return platformdirs.user_cache_path(_NAME, appauthor=False)


def runtime_folder() -> Path:
    """The folder for sockets."""
    with warnings.catch_warnings(action="ignore"):  # platformdirs warns if it has to use another folder
        return platformdirs.user_runtime_path(_NAME, appauthor=False)


def native_name(path: Path) -> bytes | str:
    """The name of a file in the form that libsndfile opens whatever bytes it contains: names need not be UTF-8."""
    return os.fsencode(path) if os.name == "posix" else str(path)


def check_source_folder(folder: Path, content: str) -> None:
    """Raises CliFail if there is no such folder, which should contain `content`."""
    if not folder.is_dir():
        raise CliFail(f"there is no folder {folder}: give the folder that contains the {content}")


def check_folder(folder: Path) -> None:
    """Raises CliFail if the folder does not exist. It is not created, because its name may be misspelled."""
    if not folder.is_dir():
        raise CliFail(f"there is no folder {folder}: check the spelling, or run `mkdir -p {folder}`")
