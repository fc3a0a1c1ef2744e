"""The loudness target of the preset that a box has loaded."""

from host_cli.errors import Refused
from host_cli.presets import library

from .client import BoxClient


def preset_target(box: BoxClient, name: str | None) -> float | None:
    """The target of the preset `name` in LUFS; None if it has none, if it has been deleted, or without a name."""
    try:
        return library.parsed(box.pull(name), name).target_lufs if name else None
    except Refused:  # the preset has been deleted
        return None
