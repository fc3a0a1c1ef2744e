"""What a recording contains, frame by frame, compared with the music that was played into the box."""

from dataclasses import dataclass

import numpy as np

#: Codes of frames that are not music. They are larger than any delay.
_FADE, _SILENCE = 1 << 60, 1 << 61


def noise(rng: np.random.Generator, rate_hz: int, seconds: float) -> np.ndarray:
    """White noise in 24 bits, int32, shape (frames, 2), without a silent frame. No two frames are equal, so that a recorded frame
    shows which frame of the music it is. A box with default settings passes the noise unchanged."""
    words = np.rint(rng.standard_normal((round(seconds * rate_hz), 2)) * 0.05 * 2**23).astype(np.int32) | 1
    keys = _keys(words)
    assert len(np.unique(keys)) == len(keys), "two frames of the noise are equal: use another seed"
    return words << 8


@dataclass(frozen=True)
class Part:
    """Consecutive frames of a recording. `kind` is "music" for frames of the music, bit for bit and in order, "silence" for zeros,
    and "fade" for everything else. `at` is its first frame in the recording. `delay` is how many frames later than in the music it
    comes, if the music repeats, or None where there is no music."""

    kind: str
    at: int
    frames: int
    delay: int | None = None


def parts(recording: np.ndarray, music: np.ndarray) -> list[Part]:
    """The parts of `recording`. Both have shape (frames, 2), int32; the music may repeat."""
    keys = _keys(music >> 8)
    order = np.argsort(keys)
    recorded = _keys(recording >> 8)
    nearest = np.minimum(np.searchsorted(keys, recorded, sorter=order), len(keys) - 1)
    found = order[nearest]
    is_music = (keys[found] == recorded) & ((recording & 0xFF) == 0).all(axis=1)
    delays = (np.arange(len(recording)) - found) % len(music)
    if is_music.any():  # the music repeats, so that a delay has many names: take the one that is nearest to the first
        first, half = delays[is_music][0], len(music) // 2
        delays = first + (delays - first + half) % len(music) - half
    codes = np.where(is_music, delays, np.where(recording.any(axis=1), _FADE, _SILENCE))
    edges = np.flatnonzero(np.diff(codes)) + 1
    starts = np.concatenate([[0], edges]) if len(codes) else []
    ends = np.concatenate([edges, [len(codes)]])
    return [
        Part(
            {_FADE: "fade", _SILENCE: "silence"}.get(code := int(codes[start]), "music"),
            int(start),
            int(end - start),
            code if code < _FADE else None,
        )
        for start, end in zip(starts, ends, strict=True)
    ]


def described(found: list[Part]) -> str:
    """One sentence about the frames of a recording, for the table of drills."""
    if [part.kind for part in found] == ["music"]:
        return f"unchanged: {found[0].frames} frames equal, bit for bit"
    between = found[1:-1] if found[0].kind == found[-1].kind == "music" else found
    words = [f"{part.frames} frames {'faded' if part.kind == 'fade' else part.kind}" for part in between]
    delays = [part.delay for part in found if part.kind == "music"]
    if found[-1].kind != "music":
        end = "the music does not return"
    elif delays[0] == delays[-1]:
        end = "then the same bits with the same latency"
    else:
        end = f"then the same bits, {delays[-1] - delays[0]:+d} frames of latency"
    return ", ".join([*words, end])


def _keys(words: np.ndarray) -> np.ndarray:
    """One number for each frame of 24-bit words."""
    return (words[:, 0].astype(np.int64) << 24) + words[:, 1]
