"""The delivery for a CD: DDP 2.00, CUE sheet with BIN, PQ sheet."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from dsp_ext.meters import Measurement
from host_cli.errors import REFUSED, CliFail
from host_cli.records.album import Album, Mastered, Placed, Timeline, dithered
from host_cli.records.formats import Disc, Track, cdtext, checksums, cue, ddp, disc, msf, pq_sheet

from .manifest import Manifest
from .songs import raised_peak

DDP_FOLDER, CUE_FOLDER = "DDP", "CUE"


def layout(album: Album, timeline: Timeline) -> Disc:
    """The disc of a timeline at 44.1 kHz. A start is rounded down to a sector and a pause up, so that no sound is cut; the audio
    itself is not moved. Raises CliFail for what a CD cannot hold."""
    tracks = tuple(_track(album, placed) for placed in timeline.placed)
    found = Disc(tracks, -(-timeline.frames // msf.FRAMES), album.upc, _texts(album.texts, album.texts.artist))
    wrong = disc.problems(found)
    if not wrong:
        try:
            cdtext.cd_text(found)
        except ValueError as why:
            wrong = [str(why)]
    if wrong:
        raise CliFail(f"{album.path}: {'; '.join(wrong)}", REFUSED)
    return found


def _track(album: Album, placed: Placed) -> Track:
    indexes = tuple(frame // msf.FRAMES for frame in placed.indexes)
    pause = None if placed.pause is None else -(-placed.pause // msf.FRAMES)
    return Track(
        indexes, pause if pause is not None and pause < indexes[0] else None, placed.song.isrc,
        _texts(placed.song.texts, album.artist(placed.song)), placed.song.pre_emphasis, placed.song.copy_permitted,
    )  # fmt: skip


def _texts(texts, performer: str) -> dict[str, str]:
    found = {name: getattr(texts, name) for name in ("title", "songwriter", "composer", "arranger", "message")}
    return {name: text for name, text in (found | {"performer": performer}).items() if text}


def words(blocks: Iterable[np.ndarray], sectors: int) -> Iterator[np.ndarray]:
    """16-bit words, shape (frames, 2), padded with silence to whole sectors. The blocks are already rounded to 16 bits."""
    left = sectors * msf.FRAMES
    for block in blocks:
        left -= block.shape[1]
        yield np.clip(np.rint(block.T * 32768.0), -32768, 32767).astype("<i2")
    if left:
        yield np.zeros((left, 2), "<i2")


def write_ddp(folder: Path, found: Disc, audio: Iterable[np.ndarray], options: ddp.Options = ddp.USUAL) -> None:
    """A complete DDP image; `audio`: 16-bit words (frames, 2) of the programme, in whole sectors."""
    text, pq = cdtext.cd_text(found), ddp.pq_descriptor(found, options)
    files = {
        ddp.ID: ddp.identifier(found, options),
        ddp.MAP: ddp.image_map(found, len(text), len(pq), options),
        ddp.PQ: pq,
    }
    files |= {ddp.TEXT: text} if text else {}
    for name, data in files.items():
        (folder / name).write_bytes(data)
    with (folder / ddp.AUDIO).open("wb") as file:
        file.write(bytes(msf.LEAD * msf.SECTOR_BYTES))
        for block in audio:
            file.write(block.tobytes())
    names = sorted([*files, ddp.AUDIO])
    (folder / ddp.SUMS).write_text(checksums.listed(folder, names, "md5"), encoding="ascii")


def write(
    done: Mastered, folder: Path, manifest: Manifest, dither: str = "flat", options: ddp.Options = ddp.USUAL
) -> list[str]:
    """Write the delivery into `folder`; returns remarks. Raises CliFail."""
    timeline, blocks = done.at_rate(msf.RATE_HZ).converted(msf.RATE_HZ)
    found = layout(done.album, timeline)
    (folder / DDP_FOLDER).mkdir()
    (folder / CUE_FOLDER).mkdir()
    measurement = Measurement(msf.RATE_HZ)
    bin_path = folder / CUE_FOLDER / "disc.bin"
    with bin_path.open("wb") as copy:

        def both() -> Iterator[np.ndarray]:
            for block in words(dithered(blocks, msf.RATE_HZ, 16, dither), found.sectors):
                measurement.add(np.ascontiguousarray(block.T, np.float32) / np.float32(32768))
                copy.write(block.tobytes())
                yield block

        write_ddp(folder / DDP_FOLDER, found, both(), options)
    sheet = cue.cue(found, bin_path.name)
    (folder / CUE_FOLDER / "disc.cue").write_text(sheet, encoding="latin-1")
    figures = measurement.result()
    facts = {"loudness": _figure(figures["integrated_lufs"], "LUFS"), "true peak": _figure(figures["max_tp_dbtp"], "dBTP"),
             "IMAGE.DAT": f"MD5 {checksums.digest(folder / DDP_FOLDER / ddp.AUDIO, 'md5')}"}  # fmt: skip
    text = pq_sheet.pq_sheet(found, facts)
    (folder / "PQ.txt").write_text(text, encoding="utf-8")
    (folder / "PQ.pdf").write_bytes(pq_sheet.pdf(text, f"PQ sheet: {done.album.texts.title}"))
    for name in (f"{DDP_FOLDER}/{ddp.AUDIO}", f"{CUE_FOLDER}/{bin_path.name}"):
        manifest.claim(name, figures, "")
    return disc.warnings(found) + raised_peak(done, figures["max_tp_dbtp"], msf.RATE_HZ)


def _figure(value: float | None, unit: str) -> str:
    return "–" if value is None else f"{value:.2f} {unit}"
