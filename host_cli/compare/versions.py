"""Versions of a recording, brought together: at one sampling rate, aligned with the first, at the loudness of the quietest."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from dsp_ext.meters import measure
from host_cli.errors import REFUSED, CliFail
from host_cli.render import AudioReader

from .alignment import DISTINCT, Offset, find_offset, shifted

#: Shorter common parts cannot be compared, in s: the loudness needs 0.4 s.
SHORTEST_S = 0.5
_NONE = Offset(0.0, False, np.inf)


@dataclass(frozen=True)
class Version:
    """`letter`: A for the first. `samples`: float32, shape (2, frames), aligned and with `gain_db`. `figures`: measured before the gain
    (`dsp_ext.meters.measure`). `offset`: what was removed."""

    letter: str
    path: Path
    samples: np.ndarray
    rate_hz: int
    figures: dict
    offset: Offset
    gain_db: float


def brought_together(paths: Sequence[Path], align: bool = True, match: bool = True) -> list[Version]:
    """The versions in files, cut to the part that all of them have. Without `match` each keeps its level.

    Nothing is raised, so that nothing clips. Raises CliFail for files that have nothing in common, or whose loudness is unknown."""
    found = [_read(path, n) for n, path in enumerate(paths)]
    rate_hz = found[0].rate_hz
    found = [v if v.rate_hz == rate_hz else _read(paths[n], n, rate_hz) for n, v in enumerate(found)]
    first = found[0]
    if align:
        found = [first, *(_aligned(first, other) for other in found[1:])]
    start, end = _common(found)
    if end - start < SHORTEST_S * rate_hz:
        raise CliFail(
            f"the files have less than {SHORTEST_S:g} s in common: give versions of the same recording", REFUSED
        )
    cut = [np.ascontiguousarray(v.samples[:, start:end]) for v in found]
    found = [replace(v, samples=part, figures=measure(part, rate_hz)) for v, part in zip(found, cut, strict=True)]
    return _matched(found) if match else found


def _read(path: Path, number: int, rate_hz: int | None = None) -> Version:
    with AudioReader(path, mono=True, rate_hz=rate_hz) as reader:
        return Version(chr(65 + number), path, reader.read(), reader.rate_hz, {}, _NONE, 0.0)


def _aligned(first: Version, other: Version) -> Version:
    offset = find_offset(first.samples, other.samples, first.rate_hz)
    if offset.distinct < DISTINCT:
        raise CliFail(
            f"{other.path} has nothing in common with {first.path}: give versions of the same recording, or add --no-align", REFUSED
        )  # fmt: skip
    return replace(other, samples=shifted(other.samples, offset.frames), offset=offset)


def _common(found: Sequence[Version]) -> tuple[int, int]:
    """The first frame and the frame after the last one that all versions have, on the timeline of the first."""
    starts, ends = [0], [found[0].samples.shape[1]]
    for version in found[1:]:
        late = version.offset.frames
        starts.append(max(0, int(np.ceil(-late))))
        ends.append(version.samples.shape[1] - max(0, int(np.ceil(late))))
    return max(starts), min(ends)


def _matched(found: Sequence[Version]) -> list[Version]:
    loudness = [version.figures["integrated_lufs"] for version in found]
    for version, lufs in zip(found, loudness, strict=True):
        if lufs is None:
            raise CliFail(
                f"the loudness of {version.path} cannot be measured, because it is too quiet: add --no-match", REFUSED
            )
    quietest = min(loudness)
    gains = [quietest - lufs for lufs in loudness]
    return [
        replace(
            version, samples=version.samples * np.float32(10 ** (gain / 20)) if gain else version.samples, gain_db=gain
        )
        for version, gain in zip(found, gains, strict=True)
    ]
