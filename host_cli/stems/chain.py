"""The chain of each stem: its settings, and its render, which is kept in the cache of renders."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from firmware.contract import protocol
from host_cli.errors import CliFail
from host_cli.presets import Settings, settings_of
from host_cli.records.album import RenderCache, content_key
from host_cli.records.formats import checksums
from host_cli.render import AudioReader, AudioWriter, Renderer, work_on_all

from .model import Session, Stem


@dataclass(frozen=True)
class Chain:
    """`settings`: None for a stem that is not processed. `frames`: of the file. `sha256`: of the file."""

    stem: Stem
    rate_hz: int
    frames: int
    sha256: str
    settings: Settings | None

    @property
    def key(self) -> str:
        """The name of its render in the cache."""
        values = {id: float(value) for id, value in self.settings.values.items()}
        return content_key([protocol.VERSION, "stem", self.sha256, self.rate_hz, self.stem.gain_db, values])

    def blocks(self) -> Iterator[np.ndarray]:
        """The stem with its gain: float32, shape (2, frames), multiples of 2^-31. Without a gain, not a bit differs from the file."""
        scale = 10 ** (self.stem.gain_db / 20) * 2.0**31
        with AudioReader(self.stem.path, mono=True) as reader:
            for block in reader.blocks():
                yield (
                    (np.rint(block.astype(np.float64) * scale) * 2.0**-31).astype(np.float32)
                    if self.stem.gain_db
                    else block
                )


def chains(session: Session, muted: bool = False) -> list[Chain]:
    """The chains of all stems, of muted ones only with `muted`. Raises DocumentError."""
    found: list[Chain] = []
    for stem in session.stems:
        if stem.mute and not muted:
            continue
        rate_hz, frames = _opened(stem)
        if found and rate_hz != found[0].rate_hz:
            raise stem.place.at("file").error(
                f"it has {rate_hz} Hz, but {found[0].stem.path.name} has {found[0].rate_hz} Hz: export all stems at one sampling rate"
            )
        if stem.later <= -frames:
            raise stem.place.at("later").error(f"the stem has only {frames} frames, so nothing would be left of it")
        chosen = None if stem.neutral else settings_of(stem.place, stem.preset, stem.changes, rate_hz)
        found.append(Chain(stem, rate_hz, frames, checksums.digest(stem.path, "sha256"), chosen))
    return found


def master_settings(session: Session, rate_hz: int) -> Settings | None:
    """The settings of the master, None if it is not processed. Raises DocumentError."""
    return None if session.neutral else settings_of(session.place, session.preset, session.changes, rate_hz)


def _opened(stem: Stem) -> tuple[int, int]:
    """(sampling rate, frames) of the file."""
    try:
        with AudioReader(stem.path, mono=True, name=stem.path.name) as reader:
            return reader.rate_hz, reader.frames
    except CliFail as why:
        raise stem.place.at("file").error(str(why)) from None


def rendered(found: list[Chain], cache: RenderCache, jobs: int, progress: Callable[[int], None]) -> list[Path | None]:
    """Render what is not in the cache, `jobs` stems at the same time; the render of each stem, None for one without a chain.

    The latency of every chain is removed, so all renders line up with their files frame for frame."""

    def work(chain: Chain, renderer: Renderer, advance: Callable[[int], None]) -> None:
        if chain.settings is None or cache.has_audio(chain.key):
            advance(chain.frames)
            return
        with AudioWriter(cache.audio(chain.key), chain.rate_hz, "float", chain.frames) as writer:
            for block in renderer.render(_tapped(chain.blocks(), advance), chain.settings.values):
                writer.write(block)

    work_on_all(found, work, jobs, progress)
    return [None if chain.settings is None else cache.audio(chain.key) for chain in found]


def _tapped(blocks: Iterator[np.ndarray], advance: Callable[[int], None]) -> Iterator[np.ndarray]:
    for block in blocks:
        advance(block.shape[1])
        yield block
