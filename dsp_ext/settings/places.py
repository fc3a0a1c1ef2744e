"""Writes the places of the settings as C constants, one `places.pxd` per package: `python -m dsp_ext.settings.places`.

A place is the number that the audio thread uses for a setting. It is also the index in the processor's array of values.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from .engine import CHAIN, ENGINE
from .limiter import LIMITER
from .multiband import BAND, MULTIBAND
from .output import DITHER, SATURATOR, STEREO
from .setting import Settings

#: The package (a folder of dsp_ext, "" for dsp_ext itself) with the settings of its processors by their prefixes.
PACKAGES: dict[str, Mapping[str, Settings]] = {
    "limiter": {"LIMITER": LIMITER},
    "multiband": {"MULTIBAND": MULTIBAND, "BAND": BAND},
    "output": {"STEREO": STEREO, "SATURATOR": SATURATOR, "DITHER": DITHER},
    "": {},
}


def _lines(prefix: str, settings: Settings) -> Iterator[str]:
    for place, name in enumerate(settings):
        yield f"{prefix}_{name.upper()} = {place}"
    yield f"{prefix}_SETTINGS = {len(settings)}"


def _chain() -> Iterator[str]:
    """The engine's own settings, and the first place of each processor's settings."""
    for place, setting in enumerate(CHAIN):
        yield f"{setting.name.upper().replace('.', '_')} = {place}"
    names = list(ENGINE)
    for processor in ("dither", "saturator", "limiter", "multiband", "stereo", "multiband.b1"):
        first = next(place for place, name in enumerate(names) if name.startswith(f"{processor}."))
        yield f"FIRST_{processor.upper().replace('MULTIBAND.B1', 'BAND')} = {first}"
    yield f"ENGINE_SETTINGS = {len(ENGINE)}"


def texts() -> dict[str, str]:
    """The contents of each `places.pxd`, by its path inside dsp_ext."""
    found = {}
    for package, processors in PACKAGES.items():
        lines = [line for prefix, settings in processors.items() for line in _lines(prefix, settings)] or list(_chain())
        head = "# Written by `python -m dsp_ext.settings.places`. Do not edit.\n\ncdef enum:\n"
        found[str(Path(package, "places.pxd"))] = head + "".join(f"    {line}\n" for line in lines)
    return found


if __name__ == "__main__":
    for path, text in texts().items():
        (Path(__file__).parent.parent / path).write_text(text)
