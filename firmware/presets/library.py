"""Presets in files: factory presets and user presets. `firmware/presets/document.py` reads and writes the documents.

Shared with the laptop: standard library and msgspec only.
"""

import contextlib
import errno
import logging
import os
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from firmware.contract import open_regular, question, remove_leftovers, suggestions, sync_directory, write_atomic

from .document import (
    MAX_BYTES,
    MAX_SLUG,
    SCHEMA,
    Preset,
    PresetError,
    clean_name,
    dump,
    one_line,
    parse,
    slug,
)
from .slots import Slots

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """A row of `PresetLibrary.list()`. If a file cannot be loaded, `error` is the reason and `content_id` is empty."""

    name: str
    slug: str
    factory: bool
    content_id: str
    meta: Mapping
    error: str = ""


class PresetLibrary:
    """The factory presets, which are part of the firmware and read-only, and the user presets in `user_dir`.

    A preset is found by name or slug. Every change is atomic: after a power cut either the old or the new file is complete.
    A file that is not a preset is renamed to `NAME.corrupt-TIME` and never overwritten. [control]
    """

    def __init__(self, user_dir: Path | str):
        """Never raises an exception. The first save creates `user_dir`; reading never does. If the directory cannot be used, there
        are only factory presets, and every save is refused."""
        self.user_dir = Path(user_dir)
        remove_leftovers(self.user_dir)
        self._known: dict[str, tuple[tuple, Preset]] = {}
        #: The order of presets on the front panel.
        self.slots = Slots(self.user_dir / "panel")
        files = resources.files("firmware.data") / "presets"
        texts = ((f.name, f.read_bytes()) for f in files.iterdir() if f.name.endswith(".toml"))
        self._factory = {preset.slug: preset for preset in (parse(text, name) for name, text in texts)}

    def list(self) -> list[Entry]:
        """All presets: factory presets first, both sorted by name."""
        found = [Entry(p.name, key, True, p.content_id, p.meta) for key, p in self._factory.items()]
        for path in self.user_dir.glob("*.toml"):
            try:
                preset = self._read(path)
                found.append(Entry(preset.name, path.stem, False, preset.content_id, preset.meta))
            except PresetError as error:
                if error.name != "corrupt":  # a corrupt file has been renamed
                    found.append(Entry(path.stem, path.stem, False, "", {}, str(error)))
        return sorted(found, key=lambda entry: (not entry.factory, entry.name.casefold()))

    def load(self, name: str) -> Preset:
        """The preset with this name or slug. Raises PresetError; not_found suggests the nearest names."""
        key = self._key(name)
        if key in self._factory:
            return self._factory[key]
        path = self._path(key)
        if not path.exists():
            raise self._not_found(name)
        return self._read(path)

    def save(self, preset: Preset, overwrite: bool = False) -> None:
        """Save `preset` as a user preset. Raises PresetError: read_only, exists (without `overwrite`), storage_full."""
        path = self._path(preset.slug)
        if preset.slug in self._factory:
            raise PresetError(f"{preset.name!r} is a factory preset and read-only: save under another name", "read_only",
                              {"preset": preset.name})  # fmt: skip
        text = dump(preset)
        with _storage(f"cannot save preset {preset.name!r}"):
            if path.exists():
                self._before_overwriting(path, preset, overwrite)
            self.user_dir.mkdir(parents=True, exist_ok=True)
            write_atomic(path, text.encode())

    def delete(self, name: str) -> None:
        """Delete a user preset. Raises PresetError."""
        path = self._user_path(name)
        with _storage(f"cannot delete preset {name!r}"):
            path.unlink()
            sync_directory(self.user_dir)

    def rename(self, name: str, new_name: str, overwrite: bool = False) -> Preset:
        """Rename a user preset; everything else in it stays. Returns it. Raises PresetError."""
        path = self._user_path(name)
        renamed = self._named(self._read(path), new_name)
        same_file = renamed.slug == path.stem
        self.save(renamed, overwrite=overwrite or same_file)
        if not same_file:  # after a power cut between the two steps, both files exist, and never none
            self.delete(path.stem)
        return renamed

    def copy(self, name: str, new_name: str, overwrite: bool = False) -> Preset:
        """Copy a factory or user preset to a user preset. Returns the copy. Raises PresetError."""
        copied = self._named(self.load(name), new_name)
        self.save(copied, overwrite)
        return copied

    def order(self, names: Sequence[str]) -> None:
        """Save the order in which the front panel offers presets; those that are not in `names` follow in their present order.
        Raises PresetError."""
        known = {entry.name: entry.slug for entry in self.list()}
        for name in names:
            if name not in known:
                raise self._not_found(name)
        with _storage("cannot save the order of the presets"):
            self.slots.write([*dict.fromkeys([*(known[name] for name in names), *self.slots.read()])])

    @staticmethod
    def _named(preset: Preset, name: str) -> Preset:
        return Preset(name, preset.values, preset.meta, preset.extra, target_lufs=preset.target_lufs)

    def _read(self, path: Path) -> Preset:
        """The preset in a file. Unchanged files are not parsed again, whether they were accepted or refused."""
        with _storage(f"cannot read {path.name}"), os.fdopen(open_regular(path), "rb") as file:
            state = os.fstat(file.fileno())
            version = (state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns)
            known = self._known.get(path.name)
            if known is None or known[0] != version:
                known = self._known[path.name] = (version, self._parsed(path, file.read(MAX_BYTES + 1)))
        found = known[1]
        if isinstance(found, PresetError):
            raise PresetError(str(found), found.name, found.data)
        return found

    def _parsed(self, path: Path, data: bytes) -> Preset | PresetError:
        """The preset in `data`, or the reason why there is none. A file that is not a preset is renamed if that is possible."""
        try:
            return parse(data, path.name)
        except PresetError as error:
            if error.name != "corrupt":
                return error
            try:
                aside = self._set_aside(path)
            except PresetError as failure:
                return PresetError(f"{error}; {failure}", failure.name, {**error.data, **failure.data})
            return PresetError(
                f"{error}; it was renamed to {aside.name}", "corrupt", {**error.data, "kept": aside.name}
            )

    def _set_aside(self, path: Path) -> Path:
        stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
        number = 0
        while (aside := path.with_name(f"{path.name}.corrupt-{stamp}{f'-{number}' if number else ''}")).exists():
            number += 1
        with _storage(f"cannot set {path.name} aside"):
            path.rename(aside)
            sync_directory(path.parent)
        return aside

    def _before_overwriting(self, path: Path, preset: Preset, overwrite: bool) -> None:
        """Refuse without `overwrite`. Keep a copy of a file of another schema, since the new file cannot contain all of it."""
        try:
            old = self._read(path)
        except PresetError as error:
            if error.name == "corrupt":
                return  # it has been renamed
            if overwrite:
                self._set_aside(path)
                return
            old = None
        if not overwrite:
            taken = old.name if old else path.name
            raise PresetError(f"there is a preset {taken!r} already: overwrite it or choose another name", "exists",
                              {"preset": taken})  # fmt: skip
        if old.schema != SCHEMA:
            backup = path.with_name(f"{path.name}.bak-schema{old.schema}")
            if not backup.exists():
                write_atomic(backup, path.read_bytes())

    def _key(self, name: str) -> str:
        return name if name in self._factory or _is_slug(name) else slug(clean_name(name))

    def _path(self, key: str) -> Path:
        return self.user_dir / f"{key}.toml"

    def _user_path(self, name: str) -> Path:
        key = self._key(name)
        if key in self._factory:
            raise PresetError(f"{self._factory[key].name!r} is a factory preset and read-only", "read_only",
                              {"preset": name})  # fmt: skip
        path = self._path(key)
        if not path.exists():
            raise self._not_found(name)
        return path

    def _not_found(self, name: str) -> PresetError:
        names = [entry.name for entry in self.list()]
        near = suggestions(name, names)
        hint = question(near, "`burnish preset list` lists them all")
        return PresetError(f"no preset {one_line(name)[:40]!r}; {hint}", "not_found", {"preset": name, "near": near})


def _is_slug(name: str) -> bool:
    return len(name) <= MAX_SLUG and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*-?", name) is not None


@contextlib.contextmanager
def _storage(what: str):
    """Turn an OSError in the block into a PresetError whose message begins with `what`."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise PresetError(f"{what}: {reason}", "storage_full" if full else "storage", {"errno": error.errno}) from error
