"""The kinds of deliveries: for each what it writes, at which sampling rate and word length if nothing else is asked for."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from firmware.contract import protocol
from host_cli.errors import USAGE, CliFail
from host_cli.records.album import Mastered, Placed
from host_cli.records.codecs import CODECS, check_ffmpeg, decode, encode
from host_cli.records.formats import ddp

from . import compact_disc, sides, songs, tagging, vinyl
from .manifest import Manifest
from .wave_file import write_wave


@dataclass(frozen=True)
class Options:
    """`rate_hz`, `bits`: of the masters, None for those of the kind. `copies`: names of codecs. `disc`: the kind of vinyl disc. `image`: details
    of the DDP image."""

    rate_hz: int | None = None
    bits: str | None = None
    dither: str = "flat"
    copies: tuple[str, ...] = ()
    disc: str = "12-33"
    image: ddp.Options = ddp.USUAL


@dataclass(frozen=True)
class Kind:
    """`write(done, folder, manifest, options)` writes into the folder and returns remarks. `target`: what is promised, in words."""

    name: str
    help: str
    target: str
    write: Callable[[Mastered, Path, Manifest, Options], list[str]]


#: Loudness of a delivery for broadcast (EBU R 128, 2023), in LUFS, and its highest true peak in dBTP.
R128_LUFS, R128_DBTP = -23.0, -1.0
#: Room that is left for what a conversion of the sampling rate adds to peaks, in dB.
_ROOM_DB = 0.2


def _masters(done: Mastered, folder: Path, manifest: Manifest, options: Options, rate_hz: int, bits: str, gain=None):
    rate_hz, bits = options.rate_hz or rate_hz, options.bits or bits
    written = songs.write_songs(done, folder / "masters", manifest, rate_hz, bits, options.dither, gain)
    (folder / "isrc.csv").write_text(songs.isrc_list(done.album, done.programme.timeline), encoding="utf-8")
    if done.album.artwork:
        tagging.artwork(done.album.artwork)
        shutil.copyfile(done.album.artwork, folder / f"artwork{done.album.artwork.suffix.lower()}")
    peaks = [song.figures["max_tp_dbtp"] for song in written if song.figures["max_tp_dbtp"] is not None]
    raised = [] if gain else songs.raised_peak(done, max(peaks, default=None), rate_hz)
    return written, songs.missing_codes(done.album) + raised


def _cd(done: Mastered, folder: Path, manifest: Manifest, options: Options) -> list[str]:
    if options.rate_hz not in (None, 44100) or options.bits not in (None, "16"):
        raise CliFail("a CD has 44100 Hz and 16 bits: omit --rate and --bits", USAGE)
    return compact_disc.write(done, folder, manifest, options.dither, options.image)


def _streaming(done: Mastered, folder: Path, manifest: Manifest, options: Options) -> list[str]:
    if options.copies:
        check_ffmpeg()
    written, remarks = _masters(done, folder, manifest, options, done.programme.rate_hz, "24")
    picture = tagging.artwork(done.album.artwork)
    for song in written:
        if song.figures["max_tp_dbtp"] is not None and song.figures["max_tp_dbtp"] > 0:
            remarks.append(
                f"{song.path.name} has a true peak of {song.figures['max_tp_dbtp']:+.2f} dBTP: lower ceiling_dbtp"
            )
        songs.write_flac(song, folder / "flac", manifest, picture)
        for name in options.copies:
            remarks += _copy(song, folder / name, name, manifest, picture)
    return remarks


def _copy(song: songs.SongFile, folder: Path, name: str, manifest: Manifest, picture) -> list[str]:
    """A lossy copy with tags, and a remark if it exceeds full scale when it is decoded."""
    codec = CODECS[name]
    folder.mkdir(exist_ok=True)
    path = folder / f"{song.path.stem}{codec.suffix}"
    encode(song.path, path, codec)
    tagging.write(path, song.tags, picture)
    figures = songs.measured([decode(path, song.rate_hz)], song.rate_hz)
    manifest.claim(
        f"{name}/{path.name}",
        figures,
        song.placed.song.isrc,
        tags=song.tags,
        codec=f"{codec.title}, {codec.kbps} kbit/s",
    )
    peak = figures["max_tp_dbtp"]
    if peak is not None and peak > 0:
        return [f"{name}/{path.name} reaches {peak:+.2f} dBTP when decoded: a ceiling lower by {peak:.1f} dB avoids it"]
    return []


def _broadcast(done: Mastered, folder: Path, manifest: Manifest, options: Options) -> list[str]:
    pieces = {
        placed.number: done.programme.blocks(start, end) for placed, start, end in done.programme.timeline.pieces()
    }
    measured = {n: songs.measured(blocks, done.programme.rate_hz) for n, blocks in pieces.items()}

    def gain(placed: Placed) -> float:
        figures = measured[placed.number]
        if figures["integrated_lufs"] is None:
            return 1.0
        wanted = R128_LUFS - figures["integrated_lufs"]
        return 10 ** (min(wanted, R128_DBTP - _ROOM_DB - figures["max_tp_dbtp"]) / 20)

    written, remarks = _masters(done, folder, manifest, options, 48000, "24", gain)
    for song in written:
        lufs = song.figures["integrated_lufs"]
        if lufs is None or abs(lufs - R128_LUFS) > 0.2:
            reached = (
                "is too quiet or too short to be measured"
                if lufs is None
                else f"has {lufs:.1f} LUFS, since its peaks allow no more"
            )
            remarks.append(f"{song.path.name} {reached}")
    return remarks


def _vinyl(done: Mastered, folder: Path, manifest: Manifest, options: Options) -> list[str]:
    return vinyl.write(
        done,
        folder,
        manifest,
        options.rate_hz or done.programme.rate_hz,
        options.bits or "24",
        options.dither,
        options.disc,
    )


def _archive(done: Mastered, folder: Path, manifest: Manifest, options: Options) -> list[str]:
    if options.bits not in (None, "float"):
        raise CliFail("an archive keeps the float samples of the renders: omit --bits", USAGE)
    rate_hz = options.rate_hz or done.programme.rate_hz
    _, remarks = _masters(done, folder, manifest, options, rate_hz, "float")
    programme = done.at_rate(rate_hz)
    timeline, blocks = programme.converted(rate_hz)
    figures = write_wave(folder / "programme.wav", rate_hz, "float", timeline.frames, blocks)
    manifest.claim("programme.wav", figures, "")
    shutil.copyfile(done.album.path, folder / "album.toml")
    recipe = [
        {"number": s.number, "mix": s.song.path.name, "sha256": s.sha256, "first": s.first, "frames": s.frames, "rate_hz": s.rate_hz,
         "preset": s.preset, "limiter_gain_added_db": level.gain_db, "values": s.values, "events": list(s.events)}
        for s, level in zip(done.sources, done.levels, strict=True)
    ]  # fmt: skip
    text = json.dumps({"engine": protocol.VERSION, "songs": recipe}, indent=1)
    (folder / "recipe.json").write_text(text + "\n", encoding="utf-8")
    return remarks


KINDS = {
    kind.name: kind
    for kind in (
        Kind("cd", "DDP 2.00, CUE sheet with BIN, PQ sheet", "Red Book: 44.1 kHz, 16 bits", _cd),
        Kind(
            "streaming",
            "WAV and FLAC with tags and ISRC, lossy check copies",
            "as the album's loudness section states",
            _streaming,
        ),
        Kind("broadcast", "Broadcast Wave files at -23 LUFS", "EBU R 128: -23 LUFS, at most -1 dBTP", _broadcast),
        Kind(
            "vinyl",
            "a file per side with cue sheet and a report for the cutting engineer",
            "sides within their length",
            _vinyl,
        ),
        Kind(
            "archive",
            "float files, the whole programme, settings and hashes of the mixes",
            "every sample of the renders",
            _archive,
        ),
    )
}
#: The kinds of discs that `--disc` can name.
DISCS = tuple(sides.DISCS)
