"""Saves the current sound as a user preset. The front panel and the link both use this function."""

from collections.abc import Mapping

from firmware.presets import STORED, Preset, PresetError, PresetLibrary

from .macros import TABLE, macros_table
from .store import Store


def save_current(
    store: Store, library: PresetLibrary, name: str, source: str, overwrite: bool = False, meta: Mapping | None = None
) -> Preset:
    """Save the values of the selected edit buffer as preset `name`, and note that in the store. Returns the preset.

    A preset that is overwritten keeps its notes, tags and all else in [meta], its `x_` tables, and its loudness target if the buffer
    has none. `meta` is [meta] of a new preset; `source` is one of `protocol.SOURCES`. Raises PresetError as `PresetLibrary.save` does;
    then nothing has changed. [control]
    """
    try:
        before = library.load(name)
        kept, extra, target_lufs = before.meta, before.extra, before.target_lufs
    except PresetError:  # there is none yet, or the file cannot be read; `save` decides whether it may be replaced
        kept, extra, target_lufs = meta or {}, {}, None
    values = store.snapshot()
    target_lufs = target_lufs if store.target_lufs is None else store.target_lufs
    extra = {key: table for key, table in extra.items() if key != TABLE} | macros_table(store.macros)
    preset = Preset(name, {param.id: values[param.id] for param in STORED}, kept, extra, target_lufs=target_lufs)
    library.save(preset, overwrite)
    store.mark_saved(preset.name, source)
    return preset
