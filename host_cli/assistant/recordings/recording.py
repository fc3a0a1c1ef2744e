"""Recording: an audio file with everything that the assistant measures on it."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from dsp_ext.meters import measure
from host_cli.errors import CliFail
from host_cli.render import AudioReader

from .loudest import Passages, passages
from .spectra import Frames, frames


@dataclass(frozen=True)
class Recording:
    """Float32 `samples`, shape (2, frames), full scale ±1. `bits`: word length of the file, None for float samples. `path`: the file,
    None for samples that come from none."""

    name: str
    samples: np.ndarray = field(repr=False)
    rate_hz: int
    bits: int | None = None
    path: Path | None = None

    @property
    def seconds(self) -> float:
        """The length."""
        return self.samples.shape[1] / self.rate_hz

    @cached_property
    def figures(self) -> dict:
        """The result of `dsp_ext.meters.measure`."""
        return measure(self.samples, self.rate_hz)

    @cached_property
    def frames(self) -> Frames:
        """Spectra over time."""
        return frames(self.samples, self.rate_hz)

    @cached_property
    def passages(self) -> Passages:
        """The passages that count for tone and width."""
        return passages(self.frames)

    @property
    def lufs(self) -> float | None:
        """Integrated loudness; None if it cannot be measured."""
        return self.figures["integrated_lufs"]


def read(path: Path, *, reference: bool = False) -> Recording:
    """The recording in a file. A mix must be playable by the engine; a file with one channel is played on both. A reference may
    have any sampling rate that the meter measures. Raises CliFail."""
    with AudioReader(path, mono=not reference, measured=reference) as reader:
        if reader.channels > 2:
            raise CliFail(
                f"{path} has {reader.channels} channels: a reference has one or two; make a stereo file of it"
            )
        samples = reader.read()
        if reader.channels == 1:
            samples = np.concatenate([samples, samples])
        return Recording(path.name, samples, reader.rate_hz, reader.bits, path)
