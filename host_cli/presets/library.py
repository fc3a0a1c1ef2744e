"""Presets on the laptop's side: files, references to presets wherever they are, differences, and what a load would do."""

import os
from pathlib import Path

from firmware import presets
from firmware.contract import TABLE, Param
from firmware.presets import Preset
from firmware.presets import startling as startling  # asked of the box and of the tool alike
from host_cli.errors import OTHER, REFUSED, CliFail, Refused

#: Names the box understands beside those of its library: what is heard, and the two edit buffers.
BUFFERS = ("@current", "@a", "@b")


def read(path: Path) -> tuple[bytes, Preset]:
    """The bytes of a preset's file, and the preset. Raises CliFail: cannot be read, or is no preset."""
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
    """A preset by file (anything that ends in .toml), by name on the box, or @current, @a, @b."""
    if reference.endswith(".toml"):
        return read(Path(reference))[1]
    return parsed(context.box.pull(reference), reference)


def write(path: Path, data: bytes, replace) -> bool:
    """Write `data` whole or not at all; False when the file has it already. `replace()` is asked before another file is
    replaced, and raises if not. Raises CliFail."""
    try:
        if path.exists():
            if path.read_bytes() == data:
                return False
            replace()
        path.parent.mkdir(parents=True, exist_ok=True)
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
    """A plain value for people; gains with their sign."""
    value = param.check(plain)
    return f"+{param.format(value)}" if param.unit == "dB" and value > 0 else param.format(value)


def plain(preset: Preset) -> dict:
    """All values of a preset as they travel, in the order of the table."""
    return {param.id: param.to_plain(preset.values[param.id]) for param in TABLE if param.stored}


def difference(before: dict, after: dict) -> dict[str, tuple]:
    """(value before, value after) of the plain values that differ."""
    return {id: (before[id], value) for id, value in after.items() if before[id] != value}
