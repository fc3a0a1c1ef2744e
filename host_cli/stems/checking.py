"""Do the stems sum to the mix? Finds stems that are early, late, louder, quieter, inverted or not in the mix, and what the stems lack.

Each stem is aligned with the mix by cross-correlation, where it is loudest. Then the gains with which the stems come nearest to the mix are
fitted by least squares over the whole length, and what remains is compared with other files in the folder.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from host_cli.compare import DISTINCT, find_offset, offset_of_part
from host_cli.errors import CliFail
from host_cli.render import AudioReader

from .chain import Chain
from .draft import AUDIO
from .mixing import BLOCK, Feed
from .model import Session

#: The stems sum to the mix if no more than this remains, in dB relative to the mix.
NULL_DB = -60.0
#: Gains that differ from 0 dB by more than this are named; a stem below the second one is not in the mix, in dB.
GAIN_DB, ABSENT_DB = 0.1, -20.0
#: Length of the part of a stem that is looked for in the mix, and how far it may be moved, in s.
_PART_S, _MOST_S = 15.0, 5.0
#: Other files in the folder that are compared with the remainder.
_MOST_FILES = 40


@dataclass(frozen=True)
class Part:
    """What was found about a stem: `offset` is the number of frames by which it must begin later to fit the mix, `gain_db` the gain that it
    has in the mix on top of that of the session, which together are `key_db`; `inverted`; `present`: whether it is in the mix at all."""

    name: str
    offset: int
    later: int
    gain_db: float
    key_db: float
    inverted: bool
    present: bool

    @property
    def fits(self) -> bool:
        """Whether the stem is in the mix as it is."""
        return self.present and not self.offset and not self.inverted and abs(self.gain_db) <= GAIN_DB


@dataclass(frozen=True)
class Report:
    """`null_db`: what remains of the mix after subtraction of the stems as they are, relative to the mix. `fitted_db`: after alignment and
    with the best gains. `loudest_s`: where most of that remains. `lacking`: other files in the folder that are in the remainder."""

    parts: tuple[Part, ...]
    null_db: float
    fitted_db: float
    loudest_s: float
    lacking: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the stems as they are sum to the mix."""
        return self.null_db <= NULL_DB

    def sentences(self) -> list[str]:
        """What is wrong, and what to write into the session file."""
        found = []
        for part in self.parts:
            if not part.present:
                found.append(f"{part.name} is not in the mix: remove it, or give the mix that contains it")
                continue
            if part.offset:
                word = "early" if part.offset > 0 else "late"
                found.append(f"{part.name} is {abs(part.offset)} frames too {word}: write later = {part.later}")
            if part.inverted:
                found.append(f"{part.name} has the opposite polarity in the mix: export it again")
            if abs(part.gain_db) > GAIN_DB:
                found.append(
                    f"{part.name} has {part.gain_db:+.2f} dB more in the mix: write gain_db = {part.key_db:.3f}"
                )
        if self.lacking:
            found.append(
                f"a stem is missing: {' and '.join(self.lacking)} in the folder is part of the mix, but not of the session"
            )
        elif self.fitted_db > NULL_DB:
            found.append(
                f"the mix contains something that the stems do not: {self.fitted_db:.1f} dB remains, most of it at {self.loudest_s:.0f} s; "
                "a stem is missing, or the mix bus was processed"
            )
        return found


def checked(session: Session, found: Sequence[Chain]) -> Report:
    """Compare the files of all stems, at the places and with the gains that the session gives them, with the mix. Raises DocumentError, CliFail."""
    rate_hz, frames = _opened(session, found[0].rate_hz)
    offsets = [_offset(chain, session.mix, rate_hz) for chain in found]
    moved = [
        replace(chain, stem=replace(chain.stem, later=chain.stem.later + (offset or 0)))
        for chain, offset in zip(found, offsets, strict=True)
    ]
    gram = _gram(session.mix, moved, frames)
    energy = gram[0, 0]
    gains = np.linalg.lstsq(gram[1:, 1:], gram[1:, 0], rcond=1e-12)[0]
    best = np.concatenate([[1.0], -gains])
    fitted = max(0.0, float(best @ gram @ best))
    unit = np.concatenate([[1.0], -np.ones(len(found))])
    as_is = gram if not any(offsets) else _gram(session.mix, found, frames)
    rest, loudest = _remainder(session.mix, moved, gains, frames, rate_hz)
    parts = tuple(_part(chain, offset, gain) for chain, offset, gain in zip(found, offsets, gains, strict=True))
    lacking = _lacking(session, rest, loudest, rate_hz) if _db(fitted, energy) > NULL_DB else ()
    return Report(
        parts, _db(max(0.0, float(unit @ as_is @ unit)), energy), _db(fitted, energy), loudest / rate_hz, lacking
    )


def _db(power: float, reference: float) -> float:
    """A ratio of energies, not below what float32 files can show."""
    return max(-150.0, float(10 * np.log10(max(power, 1e-30) / max(reference, 1e-30))))


def _opened(session: Session, rate_hz: int) -> tuple[int, int]:
    """(sampling rate, frames) of the mix."""
    place = session.place.at("mix")
    if session.mix is None:
        raise place.error("the key is missing: name the file of the mix to compare the stems with")
    try:
        with AudioReader(session.mix, mono=True, name=session.mix.name) as reader:
            if reader.rate_hz != rate_hz:
                raise CliFail(f"it has {reader.rate_hz} Hz, but the stems have {rate_hz} Hz")
            return rate_hz, reader.frames
    except CliFail as why:
        raise place.error(str(why)) from None


def _part(chain: Chain, offset: int | None, gain: float) -> Part:
    gain_db = float(20 * np.log10(max(abs(gain), 1e-9)))
    return Part(chain.stem.name, offset or 0, chain.stem.later + (offset or 0), round(gain_db, 3) + 0.0,
                round(chain.stem.gain_db + gain_db, 3) + 0.0, bool(gain < 0), gain_db > ABSENT_DB)  # fmt: skip


def _read(path: Path, first: int, frames: int, later: int = 0) -> np.ndarray:
    """`frames` of a file from `first` of a timeline on which the file begins at `later`."""
    with AudioReader(path, mono=True) as reader:
        feed = Feed(reader.blocks(), later - first)
        return feed.take(frames)


def _loudest(path: Path, rate_hz: int, seconds: float) -> int:
    """The first frame of the loudest part of a file, to the second."""
    with AudioReader(path, mono=True) as reader:
        whole = Feed(reader.blocks())
        power = [
            float(np.sum(whole.take(rate_hz).astype(np.float64) ** 2)) for _ in range(-(-reader.frames // rate_hz))
        ]
    count = min(len(power), int(seconds))
    sums = np.convolve(power, np.ones(count), "valid")
    return int(np.argmax(sums)) * rate_hz


def _offset(chain: Chain, mix: Path, rate_hz: int) -> int | None:
    """By how many frames the stem must begin later; None if it is not found in the mix."""
    start = _loudest(chain.stem.path, rate_hz, _PART_S) + chain.stem.later
    most, part = round(_MOST_S * rate_hz), min(round(_PART_S * rate_hz), chain.frames)
    stem = _read(chain.stem.path, start, part, chain.stem.later)
    found = offset_of_part(stem, _read(mix, start - most, part + 2 * most), most, most, rate_hz)
    return round(found.frames) if found.distinct >= DISTINCT else None


def _columns(mix: Path, found: Sequence[Chain], frames: int) -> Iterator[np.ndarray]:
    """Blocks of the mix and of all stems: float64, shape (1 + stems, 2 * frames)."""
    with AudioReader(mix, mono=True) as reader:
        feeds = [Feed(reader.blocks()), *(Feed(chain.blocks(), chain.stem.later) for chain in found)]
        for at in range(0, frames, BLOCK):
            count = min(BLOCK, frames - at)
            yield np.stack([feed.take(count).reshape(-1) for feed in feeds]).astype(np.float64)


def _gram(mix: Path, found: Sequence[Chain], frames: int) -> np.ndarray:
    """Products of the mix and the stems with each other, summed over all samples."""
    total = np.zeros((1 + len(found), 1 + len(found)))
    for columns in _columns(mix, found, frames):
        total += columns @ columns.T
    return total


def _remainder(
    mix: Path, found: Sequence[Chain], gains: np.ndarray, frames: int, rate_hz: int
) -> tuple[np.ndarray, int]:
    """(the loudest part of what remains, as float32 with some sound before and after, the frame at which it begins)."""
    weights = np.concatenate([[1.0], -gains])
    rest = np.concatenate(
        [(weights @ columns).reshape(2, -1).astype(np.float32) for columns in _columns(mix, found, frames)], axis=1
    )
    seconds = -(-frames // rate_hz)
    power = [float(np.sum(rest[:, s * rate_hz : (s + 1) * rate_hz].astype(np.float64) ** 2)) for s in range(seconds)]
    return rest, int(np.argmax(power)) * rate_hz


def _lacking(session: Session, rest: np.ndarray, loudest: int, rate_hz: int) -> tuple[str, ...]:
    """Names of files in the folders of the stems that are in the remainder, but not in the session."""
    known = {session.path.resolve(), session.mix.resolve(), *(stem.path.resolve() for stem in session.stems)}
    others = {
        path.resolve() for stem in session.stems for path in stem.path.parent.iterdir() if path.suffix.lower() in AUDIO
    }
    first, part = max(0, loudest - round(_PART_S * rate_hz / 2)), round(_PART_S * rate_hz)
    piece, names = rest[:, first : first + part], []
    for path in sorted(others - known)[:_MOST_FILES]:
        try:
            with AudioReader(path, mono=True) as reader:
                same = reader.rate_hz == rate_hz
            other = _read(path, first, piece.shape[1]) if same else piece[:, :0]
        except CliFail:
            continue
        if other.any() and _alike(piece, other, rate_hz):
            names.append(path.name)
    return tuple(names)


def _alike(piece: np.ndarray, other: np.ndarray, rate_hz: int) -> bool:
    """Whether the file explains at least half of the remainder, at the place where it is found."""
    offset = find_offset(other, piece, rate_hz)
    if offset.distinct < DISTINCT:
        return False
    moved = np.roll(other, round(offset.frames), axis=1).astype(np.float64)
    share = np.sum(moved * piece) ** 2 / (np.sum(moved**2) * np.sum(piece.astype(np.float64) ** 2) + 1e-30)
    return bool(share > 0.5)
