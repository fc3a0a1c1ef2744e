"""Presets on the laptop: reads and writes files, resolves references to presets, compares presets."""

import os
from pathlib import Path

from firmware import presets
from firmware.contract import TABLE, Param
from firmware.presets import Preset
from firmware.presets import startling as startling  # used by the commands and by the monitor
from host_cli.errors import OTHER, REFUSED, CliFail, Refused
from host_cli.folders import check_folder

#: Names that the box accepts in addition to those of its library: the current settings and the two edit buffers.
BUFFERS = ("@current", "@a", "@b")


def read(path: Path) -> tuple[bytes, Preset]:
    """The bytes of a preset file, and the preset. Raises CliFail if it cannot be read or is not a preset."""
    try:
        with path.open("rb") as file:
            data = file.read(presets.MAX_BYTES + 1)
    except OSError as why:
        raise CliFail(f"cannot read {path}: {why.strerror}", OTHER) from None
    return data, parsed(data, str(path))


def parsed(data: bytes, where: str) -> Preset:
    """The preset in `data`. Raises Refused."""
    try:
        return presets.parse(data, where)
    except presets.PresetError as why:
        raise Refused(str(why), why.name, why.data, REFUSED) from None


def resolve(context, reference: str) -> Preset:
    """The preset that `reference` names: a file (it ends in .toml), a name on the box, or @current, @a, @b."""
    if reference.endswith(".toml"):
        return read(Path(reference))[1]
    return parsed(context.box.pull(reference), reference)


def write(path: Path, data: bytes, replace, *, make_folder: bool = False) -> bool:
    """Write `data` completely or not at all; returns False if the file already contains it. Before it replaces other content
    it calls `replace()`, which raises to prevent that. Raises CliFail, also for a missing folder unless `make_folder`."""
    if not make_folder:
        check_folder(path.parent)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            if path.read_bytes() == data:
                return False
            replace()
        part = path.with_name(path.name + ".part")
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as why:
        raise CliFail(f"cannot write {path}: {why.strerror}", OTHER) from None
    return True


def shown(param: Param, plain) -> str:
    """A plain value as text with its unit; gains have a sign."""
    value = param.check(plain)
    return f"+{param.format(value)}" if param.unit == "dB" and value > 0 else param.format(value)


def plain(preset: Preset) -> dict:
    """All values of a preset in the form of the protocol, in the order of the table."""
    return {param.id: param.to_plain(preset.values[param.id]) for param in TABLE if param.stored}


def difference(before: dict, after: dict) -> dict[str, tuple]:
    """(value before, value after) of the plain values that differ."""
    return {id: (before[id], value) for id, value in after.items() if before[id] != value}
