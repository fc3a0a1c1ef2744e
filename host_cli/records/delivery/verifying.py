"""Verifies a delivery: checksums, CD images against their audio, codes, loudness and tags against what is claimed."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from dsp_ext.meters import Measurement
from host_cli.errors import CliFail
from host_cli.records.album import Album
from host_cli.records.formats import checksums, ddp, disc, identifiers, msf
from host_cli.render import AudioReader
from host_cli.tags import broadcast, chunks

from . import manifest, tagging
from .findings import FAIL, OK, WARN, Finding
from .image import CdImage, images

#: Allowed differences between claimed and measured loudness in LU, and true peak in dB (EBU R 128: tolerance of meters).
LOUDNESS_LU, TRUE_PEAK_DB = 0.1, 0.3
_LOUDNESS = {
    "integrated_lufs": ("integrated loudness", "LUFS", LOUDNESS_LU),
    "max_tp_dbtp": ("true peak", "dBTP", TRUE_PEAK_DB),
}
_AUDIO = (".wav", ".flac", ".aiff", ".mp3", ".m4a", ".opus")


def verify(folder: Path, album: Album | None = None) -> list[Finding]:
    """Everything that can be checked in a folder. `album`: the album that it should contain. Raises CliFail for no folder."""
    if not folder.is_dir():
        raise CliFail(f"{folder} is not a folder: give the folder of a delivery")
    found = [*_lists(folder)]
    try:
        claims = manifest.read(folder)
    except ValueError as why:
        claims = None
        found.append(Finding(FAIL, manifest.NAME, str(why)))
    if claims:
        found += _manifest(folder, claims)
    elif not any(f.name == manifest.NAME for f in found):
        found.append(
            Finding(WARN, folder.name, f"there is no {manifest.NAME}: only what the files say themselves is checked")
        )
    try:
        discs = images(folder)
    except CliFail as why:
        discs = []
        found.append(Finding(FAIL, folder.name, str(why)))
    for image in discs:
        found += _image(folder, image, album)
    found += _same_audio(folder, discs)
    for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() in _AUDIO):
        name = path.relative_to(folder).as_posix()
        claim = claims["files"].get(name, {}) if claims else {}
        try:
            found += tagging.compared(path, name, claim)
            if path.suffix.lower() in (".wav", ".flac", ".aiff"):
                found += _loudness(path, name, claim)
        except CliFail as why:
            found.append(Finding(FAIL, name, str(why)))
    if all(f.grade == WARN for f in found):
        text = "the folder contains nothing that can be verified: give the folder of a delivery"
        found.append(Finding(FAIL, folder.name, text))
    return found


def _lists(folder: Path) -> Iterator[Finding]:
    """Every list of checksums in the folder."""
    kinds = {ddp.SUMS: "md5", manifest.SUMS: "sha256"}
    for path in sorted(p for p in folder.rglob("*") if p.name in kinds or p.suffix.lower() == ".md5"):
        rows = checksums.read_list(path.read_text(encoding="utf-8", errors="replace"))
        wrong = list(_wrong(path.parent, rows, kinds.get(path.name, "md5")))
        name = path.relative_to(folder).as_posix()
        yield from (Finding(FAIL, name, text) for text in wrong)
        if not wrong:
            yield (
                Finding(OK, name, f"{len(rows)} checksums match") if rows else Finding(FAIL, name, "the list is empty")
            )


def _wrong(folder: Path, rows: dict[str, str], method: str) -> Iterator[str]:
    for name, expected in rows.items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            yield f"{name} is outside the folder"
        elif not path.is_file():
            yield f"{name} is missing"
        elif checksums.digest(path, method) != expected:
            yield f"{name} has changed: its checksum differs"


def _manifest(folder: Path, claims: dict) -> Iterator[Finding]:
    listed = set(claims["files"])
    wrong = list(_wrong(folder, {name: row.get("sha256", "") for name, row in claims["files"].items()}, "sha256"))
    wrong += [f"{name} is not in the manifest" for name in manifest.files(folder) if name not in listed]
    yield from (Finding(FAIL, manifest.NAME, text) for text in wrong)
    if not wrong:
        yield Finding(OK, manifest.NAME, f"{len(listed)} files are complete and unchanged")
    if claims.get("upc"):
        yield _code(manifest.NAME, "EAN", claims["upc"], identifiers.ean)


def _code(name: str, what: str, written: str, check: Callable[[str], str]) -> Finding:
    try:
        return Finding(OK, name, f"{what} {check(written)} is well formed")
    except ValueError as why:
        return Finding(FAIL, name, f"{what}: {why}")


def _image(folder: Path, image: CdImage, album: Album | None) -> Iterator[Finding]:
    """A CD: what it cannot hold, its codes, its audio at the marks, and the album."""
    name = image.sheet.relative_to(folder).as_posix()
    wrong = disc.problems(image.disc)
    yield from (Finding(FAIL, name, text) for text in wrong)
    yield from (Finding(WARN, name, text) for text in disc.warnings(image.disc))
    if image.disc.ean:
        yield _code(name, "EAN", image.disc.ean, identifiers.ean)
    for number, track, _ in image.disc.ends():
        if track.isrc and (code := _code(name, f"ISRC of track {number}", track.isrc, identifiers.isrc)).grade != OK:
            yield code
    if image.lead and image.samples(-image.lead, 0).any():
        yield Finding(FAIL, name, "the first 150 sectors are not silent")
    if not wrong:
        yield Finding(
            OK,
            name,
            f"{len(image.disc.tracks)} tracks; the disc ends at {msf.text(image.disc.sectors + msf.LEAD)} (MM:SS:FF); "
            "all times are inside the audio",
        )
        yield from _marks(name, image)
    if album:
        yield from _against(name, image, album)


def _marks(name: str, image: CdImage) -> Iterator[Finding]:
    """Sound that begins before the mark of its track, which a player that jumps to the track would cut off."""
    for number, track, end in image.disc.ends():
        if track.pause is not None and _loud(image.samples(track.pause, track.indexes[0])):
            yield Finding(
                WARN, name, f"track {number} has sound in its pause (index 00), which players count backwards"
            )
        start = image.samples(track.indexes[0], min(end, track.indexes[0] + 5 * msf.SECTORS_PER_S))
        if not start.any():
            yield Finding(WARN, name, f"track {number} begins with 5 s of silence")


def _loud(words: np.ndarray) -> bool:
    """Whether there is more than dither and the ringing of filters: above -72 dBFS."""
    return bool(np.abs(words.astype(int)).max(initial=0) > 8)


def _against(name: str, image: CdImage, album: Album) -> Iterator[Finding]:
    """Number of tracks, titles and codes of the album."""
    if len(image.disc.tracks) != len(album.songs):
        yield Finding(FAIL, name, f"{len(image.disc.tracks)} tracks, but the album has {len(album.songs)} songs")
        return
    wrong = [("EAN", image.disc.ean, album.upc)]
    for number, (track, song) in enumerate(zip(image.disc.tracks, album.songs, strict=True), 1):
        wrong += [
            (f"ISRC of track {number}", track.isrc, song.isrc),
            (f"title of track {number}", track.texts.get("title", ""), song.texts.title),
        ]
    bad = [f"{what} is {there!r}, but {wanted!r} in the album file" for what, there, wanted in wrong if there != wanted]
    yield from (Finding(FAIL, name, text) for text in bad)
    if not bad:
        yield Finding(OK, name, "titles and codes are those of the album file")


def _same_audio(folder: Path, discs: list[CdImage]) -> Iterator[Finding]:
    """Whether several images of a delivery contain the same audio."""
    for other in discs[1:]:
        names = [image.sheet.relative_to(folder).as_posix() for image in (discs[0], other)]
        same = discs[0].disc.sectors == other.disc.sectors and all(
            np.array_equal(discs[0].samples(at, end), other.samples(at, end))
            for at, end in ((at, min(at + 750, other.disc.sectors)) for at in range(0, other.disc.sectors, 750))
        )
        yield Finding(OK if same else FAIL, names[1], f"{'the same' if same else 'not the same'} audio as {names[0]}")


def _loudness(path: Path, name: str, claim: dict) -> Iterator[Finding]:
    """Measured loudness against the bext chunk and the manifest."""
    claims = {manifest.NAME: {key: claim.get(key) for key in _LOUDNESS}}
    if path.suffix.lower() == ".wav":
        try:
            if not chunks.is_wav(path):
                raise ValueError("this is not a WAV file")
            for _, content in chunks.read(path, frozenset((b"bext",))):
                claims["bext"] = {key: broadcast.loudness(content)[key] for key in _LOUDNESS}
        except ValueError as why:
            yield Finding(FAIL, name, str(why))
            return
    stated = {where: {k: v for k, v in row.items() if v is not None} for where, row in claims.items()}
    if not any(stated.values()):
        return
    measured = _measured(path)
    bad = []
    for where, row in stated.items():
        for key, value in row.items():
            words, unit, tolerance = _LOUDNESS[key]
            if measured[key] is None or abs(measured[key] - value) > tolerance:
                bad.append(
                    f"{where} claims an {words} of {value:.2f} {unit}, measured is {measured[key] if measured[key] is None else round(measured[key], 2)}"
                )
    yield from (Finding(FAIL, name, text.replace("an true", "a true")) for text in bad)
    if not bad:
        yield Finding(
            OK, name, f"{measured['integrated_lufs']:.2f} LUFS, {measured['max_tp_dbtp']:.2f} dBTP, as claimed"
        )


def _measured(path: Path) -> dict:
    """The figures of a file. Raises CliFail."""
    with AudioReader(path, mono=True, name=path.name) as reader:
        measurement = Measurement(reader.rate_hz)
        for block in reader.blocks():
            measurement.add(block)
    return measurement.result()
