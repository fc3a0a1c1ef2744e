"""Times on a CD: sectors of 1/75 s, written as minutes, seconds and frames (MM:SS:FF)."""

import re

SECTORS_PER_S = 75
#: Stereo frames of 16 bits in a sector, and its bytes (IEC 60908).
FRAMES = 588
SECTOR_BYTES = 2352
#: The sampling rate of a CD.
RATE_HZ = 44100
#: Silent sectors before the first track: 2 s.
LEAD = 150
#: The highest time that can be written.
MOST = 99 * 60 * SECTORS_PER_S + 59 * SECTORS_PER_S + 74


def text(sector: int, between: str = ":") -> str:
    """`sector` as MM:SS:FF."""
    seconds, frames = divmod(sector, SECTORS_PER_S)
    return between.join(f"{part:02d}" for part in (seconds // 60, seconds % 60, frames))


def sector(written: str) -> int:
    """The sector of a time as MM:SS:FF or MMSSFF. Raises ValueError."""
    match = re.fullmatch(r"(\d\d):?([0-5]\d):?(\d\d)", written.strip())
    if not match or int(match[3]) >= SECTORS_PER_S:
        raise ValueError(f"{written!r} is not a time: write minutes, seconds and frames (0 to 74) as MM:SS:FF")
    minutes, seconds, frames = map(int, match.groups())
    return (60 * minutes + seconds) * SECTORS_PER_S + frames
