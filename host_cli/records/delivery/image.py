"""CD images on the disk: finds and opens DDP folders and CUE sheets, and reads their audio by sectors."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soundfile

from host_cli.errors import CliFail
from host_cli.records.formats import Disc, cue, ddp, ddp_read, msf


@dataclass(frozen=True)
class CdImage:
    """`audio`: the file with the programme, which begins after `lead` sectors of it. `sheet`: the folder or the CUE sheet."""

    sheet: Path
    disc: Disc
    audio: Path
    lead: int
    raw: bool

    def samples(self, first: int, last: int) -> np.ndarray:
        """16-bit words from one sector of the programme to another (int16, shape (frames, 2)). Negative sectors are in the lead."""
        start, count = (first + self.lead) * msf.FRAMES, (last - first) * msf.FRAMES
        if self.raw:
            words = np.fromfile(self.audio, "<i2", 2 * count, offset=4 * start)
            return words.reshape(-1, 2)
        with soundfile.SoundFile(self.audio) as file:
            file.seek(start)
            return file.read(count, dtype="int16", always_2d=True)


def open_image(path: Path) -> CdImage:
    """The image at `path`: a CUE sheet, a folder with a DDP image, or a delivery that contains one of them. Raises CliFail."""
    found = images(path)
    if not found:
        raise CliFail(f"{path} is no CD image: give a CUE sheet, or a folder with {ddp.ID} and {ddp.MAP}")
    return found[0]


def images(path: Path) -> list[CdImage]:
    """All images at `path` and one folder below; DDP images come first. Raises CliFail for a damaged one."""
    if path.suffix.lower() == ".cue":
        return [_cue(path)]
    folders = [path, *sorted(p for p in path.glob("*") if p.is_dir())] if path.is_dir() else []
    found = [_ddp(folder) for folder in folders if (folder / ddp.ID).exists() or (folder / ddp.MAP).exists()]
    sheets = [sheet for folder in folders for sheet in sorted(folder.glob("*.cue"))]
    return found + [image for sheet in sheets if (image := _cue(sheet, only_discs=True))]


def _ddp(folder: Path) -> CdImage:
    try:
        streams = ddp_read.image_map((folder / ddp.MAP).read_bytes())
        text = (folder / streams["text"][0]).read_bytes() if "text" in streams else b""
        disc = ddp_read.disc((folder / ddp.ID).read_bytes(), (folder / streams["pq"][0]).read_bytes(), text)
        audio, sectors = folder / streams["audio"][0], streams["audio"][1]
        size = audio.stat().st_size
    except OSError as why:
        raise CliFail(f"{folder} is not a complete DDP image: {Path(why.filename).name}: {why.strerror}") from None
    except ValueError as why:
        raise CliFail(f"{folder} is not a DDP image that can be read: {why}") from None
    if size != sectors * msf.SECTOR_BYTES or sectors != disc.sectors + msf.LEAD:
        raise CliFail(
            f"{audio} has {size / msf.SECTOR_BYTES:g} sectors, but {ddp.MAP} states {sectors} and the lead-out is at "
            f"{disc.sectors + msf.LEAD}: copy the image again"
        )
    return CdImage(folder, disc, audio, msf.LEAD, True)


def _cue(path: Path, only_discs: bool = False) -> CdImage | None:
    """The image of a CUE sheet. With `only_discs` None for a sheet whose audio is not that of a CD."""
    try:
        disc, name, kind = cue.read_cue(_text(path.read_bytes()))
    except OSError as why:
        raise CliFail(f"cannot read {path}: {why.strerror}") from None
    except ValueError as why:
        raise CliFail(f"{path} is not a CUE sheet that can be read: {why}") from None
    audio = path.parent / name
    if set(name) & set("/\\") or not audio.is_file():
        raise CliFail(f"{path} names the file {name}, which does not exist beside it")
    raw = kind == "BINARY"
    if raw:
        frames = audio.stat().st_size / 4
    else:
        try:
            info = soundfile.info(audio)
        except soundfile.LibsndfileError as why:
            raise CliFail(f"{audio} cannot be read: {why}") from None
        if (info.samplerate, info.channels, info.subtype) != (msf.RATE_HZ, 2, "PCM_16"):
            if only_discs:
                return None
            raise CliFail(
                f"{audio} is not audio of a CD: it has {info.samplerate} Hz, {info.channels} channels, {info.subtype}"
            )
        frames = info.frames
    sectors = int(frames // msf.FRAMES)
    return CdImage(path, replace(disc, sectors=sectors), audio, 0, raw)


def _text(data: bytes) -> str:
    """A CUE sheet states no encoding: UTF-8 if it is that, else Latin-1."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
