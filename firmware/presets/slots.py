"""Slots: the order in which the front panel offers presets. It has its own file, so that presets stay portable."""

import logging
import tomllib
from pathlib import Path

from firmware.contract import read_regular, write_atomic

from . import toml_limits

log = logging.getLogger(__name__)

_FORMAT = "burnish-slots"
_LIMIT = 10_000
_MOST_BYTES = 1 << 20


class Slots:
    """A list of slugs in `directory`/slots.toml. Presets without a slot follow after it; slots of deleted presets are ignored."""

    def __init__(self, directory: Path):
        self._path = directory / "slots.toml"

    def read(self) -> list[str]:
        """The slugs in order; empty if there is no valid file. An invalid file is renamed."""
        try:
            text = read_regular(self._path, _MOST_BYTES).decode()
            if much := toml_limits.excess(text):
                raise ValueError(much)
            tree = tomllib.loads(text)
            slots = tree["slots"]
            if tree["format"] != _FORMAT or len(slots) > _LIMIT or not all(isinstance(slug, str) for slug in slots):
                raise ValueError("not a list of slots")
            return list(dict.fromkeys(slots))
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            log.warning("%s is renamed to slots.toml.corrupt: %s", self._path, error)
            try:
                self._path.replace(self._path.with_name("slots.toml.corrupt"))
            except OSError as failure:
                log.warning("it cannot be renamed: %s", failure)
            return []

    def write(self, slugs: list[str]) -> None:
        """Save the order. Raises OSError."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        lines = "".join(f'    "{slug}",\n' for slug in slugs)
        write_atomic(self._path, f'format = "{_FORMAT}"\nschema = 1\nslots = [\n{lines}]\n'.encode())

    def sort(self, entries: list) -> list:
        """`entries` (objects with `.slug`) in the order of the slots; entries without a slot follow in their given order."""
        place = {slug: number for number, slug in enumerate(self.read())}
        return sorted(entries, key=lambda entry: place.get(entry.slug, len(place)))
