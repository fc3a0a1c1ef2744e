"""Writes the songs of a delivery as Broadcast Wave files with ISRC, tags and loudness, and copies of them."""

import csv
import datetime
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from dsp_ext.meters import Measurement
from host_cli.records.album import Album, Mastered, Placed, Timeline, dithered
from host_cli.tags import broadcast, chunks, documents, info

from . import tagging
from .manifest import Manifest
from .pieces import cut
from .staging import safe_name
from .wave_file import Chunks, write_wave


@dataclass(frozen=True)
class SongFile:
    """A written file: its path, the song, its place in the programme and its figures."""

    path: Path
    placed: Placed
    start: int
    frames: int
    rate_hz: int
    figures: dict
    tags: dict[str, str]


def write_songs(
    done: Mastered, folder: Path, manifest: Manifest, rate_hz: int, bits: str, dither: str,
    gain: Callable[[Placed], float] | None = None,
) -> list[SongFile]:  # fmt: skip
    """One WAV file for each song, which in order are the programme. Rate and word length are converted on the whole programme.

    `gain`: a linear gain for each song, for deliveries with a loudness of their own.
    """
    programme = done.at_rate(rate_hz)
    timeline, blocks = programme.converted(rate_hz)
    pieces = timeline.pieces()
    gains = [gain(placed) if gain else 1.0 for placed, _, _ in pieces]
    if bits in ("16", "24") and len(set(gains)) == 1:
        blocks = dithered(_scaled(blocks, gains[0]), rate_hz, int(bits), dither)
        gains = None
    picture = tagging.artwork(done.album.artwork)
    written = []
    folder.mkdir(parents=True, exist_ok=True)
    for n, ((placed, start, end), part) in enumerate(
        zip(pieces, cut(blocks, [e - s for _, s, e in pieces]), strict=True)
    ):
        if gains is not None:
            part = _scaled(part, gains[n])
            part = dithered(part, rate_hz, int(bits), dither) if bits in ("16", "24") else part
        path = folder / f"{placed.number:02d} {safe_name(placed.song.texts.title)}.wav"
        tags = tagging.of_song(done.album, placed)
        after = chunks.packed(b"id3 ", tagging.id3_bytes(tags, picture))
        figures = write_wave(
            path, rate_hz, bits, end - start, part, _chunks(done.album, placed, start, rate_hz, bits, tags), after
        )
        manifest.claim(_name(path, folder), figures, placed.song.isrc, tags=tags)
        written.append(SongFile(path, placed, start, end - start, rate_hz, figures, tags))
    return written


def _scaled(blocks: Iterable[np.ndarray], gain: float) -> Iterator[np.ndarray]:
    return iter(blocks) if gain == 1 else (block * np.float32(gain) for block in blocks)


def _name(path: Path, folder: Path) -> str:
    """The name in the manifest: songs are one folder below the delivery."""
    return f"{folder.name}/{path.name}"


def _chunks(
    album: Album, placed: Placed, start: int, rate_hz: int, bits: str, tags: dict[str, str]
) -> Callable[[dict], Chunks]:
    """The chunks in front of the samples: bext, axml if the song has an ISRC, and tags."""
    now = datetime.datetime.now()
    words = 32 if bits == "float" else int(bits)
    artist, title = album.artist(placed.song), placed.song.texts.title
    texts = {"DESCRIPTION": f"{artist}: {title}" if artist else title, "ORIGINATOR": "Burnish",
             "ORIGINATOR_REFERENCE": placed.song.isrc, "ORIGINATION_DATE": f"{now:%Y-%m-%d}", "ORIGINATION_TIME": f"{now:%H:%M:%S}"}  # fmt: skip
    history = (f"A={'FLOAT' if bits == 'float' else 'PCM'},F={rate_hz},W={words},M=stereo,T=Burnish",)
    more = [(b"axml", axml)] if (axml := documents.axml_with(placed.song.isrc, title)) else []
    more += [(b"LIST", listed)] if (listed := info.from_comments(tagging.comments(tags))) else []
    return lambda figures: [(b"bext", broadcast.built(texts, start, figures, history)), *more]


def write_flac(song: SongFile, folder: Path, manifest: Manifest, picture) -> None:
    """A FLAC copy of a WAV file with 16 or 24 bits, word for word, with the same tags."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{song.path.stem}.flac"
    with soundfile.SoundFile(song.path) as source:
        subtype = source.subtype
        with soundfile.SoundFile(path, "w", source.samplerate, 2, subtype) as file:
            while len(words := source.read(1 << 16, dtype="int32", always_2d=True)):
                file.write(words)
    tagging.write(path, song.tags, picture)
    manifest.claim(_name(path, folder), song.figures, song.placed.song.isrc, tags=song.tags)


def isrc_list(album: Album, timeline: Timeline) -> str:
    """The songs with their codes as CSV."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["number", "title", "artist", "isrc", "seconds", "album", "ean"])
    for placed in timeline.placed:
        rows.writerow([placed.number, placed.song.texts.title, album.artist(placed.song), placed.song.isrc,
                       f"{placed.frames / timeline.rate_hz:.3f}", album.texts.title, album.upc])  # fmt: skip
    return out.getvalue()


def missing_codes(album: Album) -> list[str]:
    """Remarks about songs without ISRC."""
    missing = [str(n) for n, song in enumerate(album.songs, 1) if not song.isrc]
    return [f"song{'s' * (len(missing) > 1)} {', '.join(missing)} without ISRC"] if missing else []


def measured(blocks: Iterable[np.ndarray], rate_hz: int) -> dict:
    """The figures of blocks (`dsp_ext.meters.measure`)."""
    measurement = Measurement(rate_hz)
    for block in blocks:
        measurement.add(block)
    return measurement.result()


def raised_peak(done: Mastered, peak_dbtp: float | None, rate_hz: int) -> list[str]:
    """A remark if a conversion of the sampling rate has raised the true peak by more than 0.1 dB."""
    before = [level.after["max_tp_dbtp"] for level in done.levels if level.after["max_tp_dbtp"] is not None]
    converted = any(run.rate_hz != rate_hz for run in done.runs)
    if not converted or peak_dbtp is None or not before or peak_dbtp <= max(before) + 0.1:
        return []
    return [
        f"the conversion to {rate_hz} Hz raised the true peak from {max(before):.2f} to {peak_dbtp:.2f} dBTP: lower ceiling_dbtp by "
        f"{peak_dbtp - max(before):.1f} dB, or start from mixes at {rate_hz} Hz"
    ]
