"""The settings that a document chooses for a recording: a preset by name or file, and parameters on top of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from firmware import presets
from firmware.contract import ParamError, constraints, params
from host_cli.documents import Place
from host_cli.errors import CliFail
from host_cli.folders import data_folder

from .library import read

#: A loudness target of a preset has no effect where a document sets this parameter itself.
GAIN = "limiter.gain_db"


@dataclass(frozen=True)
class Settings:
    """`values`: all parameters. `preset`: its name, or "none". `target_lufs`: its loudness target."""

    values: dict[str, float]
    preset: str = "none"
    target_lufs: float | None = None


def settings_of(
    place: Place, preset: str, changes: Mapping, rate_hz: int, common: Mapping[str, float] | None = None
) -> Settings:
    """The settings of the table at `place` with its keys `preset` and `set`. `common`: parameters that replace those of the preset, and
    that `changes` can replace again. Raises DocumentError."""
    values, name, target_lufs, key = dict(params.DEFAULTS), "none", None, "preset"
    try:
        if preset:
            chosen = _preset(place.path.resolve().parent, preset)
            values |= chosen.values
            name, target_lufs = chosen.name, chosen.target_lufs
        values |= {id: params.find(id).check(value) for id, value in (common or {}).items()}
        key = "set"
        for path, value in changes.items():
            param = params.find(path)
            values[param.id] = param.parse(str(value).lower() if isinstance(value, bool) else str(value))
            target_lufs = None if param.id == GAIN else target_lufs
        constraints.check(values, values, rate_hz)
    except (ParamError, presets.PresetError, CliFail) as why:
        raise place.at(key).error(str(why)) from None
    return Settings(values, name, target_lufs)


def _preset(folder: Path, name: str) -> presets.Preset:
    if name.endswith(".toml"):
        return read(folder / name)[1]
    return presets.PresetLibrary(data_folder() / "presets").load(name)
