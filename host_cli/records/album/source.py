"""What the engine receives for each song: its file, the part of it that is used, and the values of all parameters."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from firmware.engine import replay
from host_cli.errors import CliFail
from host_cli.presets import settings_of
from host_cli.records.formats import checksums
from host_cli.render import AudioReader

from .model import Album, Song

CEILING, GAIN = "limiter.ceiling_dbtp", "limiter.gain_db"


@dataclass(frozen=True)
class Source:
    """`first`, `frames`: the part of the file that is used. `sha256`: of the whole file. `values`, `events`: see
    `Renderer.render`. `preset`: a name for tables. `target_lufs`: the loudness target of the preset, None without one, and where the
    song or [defaults] set the gain themselves."""

    number: int
    song: Song
    rate_hz: int
    first: int
    frames: int
    sha256: str
    values: dict[str, float]
    events: tuple
    preset: str
    target_lufs: float | None = None

    def blocks(self) -> Iterator[np.ndarray]:
        """The part of the file that is used, float32, shape (2, frames)."""
        at, end = 0, self.first + self.frames
        with AudioReader(self.song.path, mono=True) as reader:
            for block in reader.blocks():
                part = block[:, max(self.first - at, 0) : max(end - at, 0)]
                if part.shape[1]:
                    yield part
                at += block.shape[1]
                if at >= end:
                    return

    def fingerprint(self) -> list:
        """What decides how its render sounds, apart from the values."""
        return [self.sha256, self.first, self.frames, self.rate_hz, json.dumps(self.events, sort_keys=True)]


def sources(album: Album) -> list[Source]:
    """The source of every song. Raises DocumentError, CliFail."""
    hashes: dict[Path, str] = {}
    found = []
    for number, song in enumerate(album.songs, 1):
        rate_hz, whole = _opened(song)
        first = round(song.start_s * rate_hz)
        end = whole if song.end_s is None else round(song.end_s * rate_hz)
        if not first < end <= whole:
            key = "start_s" if first >= whole else "end_s"
            raise song.place.at(key).error(f"this must be inside the file, which lasts {whole / rate_hz:.3f} s")
        if song.path not in hashes:
            hashes[song.path] = checksums.digest(song.path, "sha256")
        settings = _settings(album, song, rate_hz)
        found.append(Source(number, song, rate_hz, first, end - first, hashes[song.path], *settings))
    return found


def _opened(song: Song) -> tuple[int, int]:
    """(sampling rate, frames) of the file of a song."""
    try:
        with AudioReader(song.path, mono=True, name=song.path.name) as reader:
            return reader.rate_hz, reader.frames
    except CliFail as why:
        raise song.place.at("file").error(str(why)) from None


def _settings(album: Album, song: Song, rate_hz: int) -> tuple:
    """(values, events, name, target_lufs) of a song."""
    if song.run_log:
        return *_logged(song, rate_hz), None
    common = {} if album.loudness.ceiling_dbtp is None else {CEILING: album.loudness.ceiling_dbtp}
    chosen = settings_of(song.place, song.preset, song.changes, rate_hz, common)
    return chosen.values, (), chosen.preset, chosen.target_lufs


def _logged(song: Song, rate_hz: int) -> tuple[dict[str, float], tuple, str]:
    """(values, events, name) of a song with a run log."""
    place = song.place.at("run_log")
    try:
        run = replay.read_run_log(song.run_log)
    except (OSError, ValueError) as why:
        raise place.error(f"cannot repeat the run of {song.run_log.name}: {why}") from None
    if run["rate_hz"] != rate_hz:
        raise place.error(f"the run had {run['rate_hz']} Hz, but the file has {rate_hz} Hz")
    return run["start"], tuple(run["events"]), song.run_log.name


def content_key(parts: list) -> str:
    """A name for a result: the hash of everything that decides it."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
