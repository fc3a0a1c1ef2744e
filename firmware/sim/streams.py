"""The two streams of a simulated sound card without ALSA: words from a file or silence, and a file or nothing for the output."""

from pathlib import Path

from .looped_input import LoopedInput

_FRAME_BYTES = 8


class Silence:
    """An input without a signal and without an end."""

    def read(self, frames: int) -> bytes:
        """`frames` frames of zeros. [audio]"""
        return bytes(_FRAME_BYTES * frames)


class FileInput:
    """The frames of the file `path` (32-bit words, stereo), then silence."""

    def __init__(self, path: Path):
        self._file = path.open("rb")

    def read(self, frames: int) -> bytes:
        """The next `frames` frames. [audio]"""
        return self._file.read(_FRAME_BYTES * frames).ljust(_FRAME_BYTES * frames, b"\0")


class Capture:
    """Delivers `period` frames per call from `source`, without waiting; `SimPCM` adds the timing of a card."""

    def __init__(self, source: LoopedInput | FileInput | Silence, period: int):
        self._source, self._period = source, period

    def read(self) -> tuple[int, bytes]:
        """As `alsaaudio.PCM.read`. [audio]"""
        return self._period, self._source.read(self._period)

    def drop(self) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        """Nothing is open here."""


class Playback:
    """Takes everything, and writes it into the file `path`, if one is given."""

    def __init__(self, path: Path | None = None):
        self._file = path.open("wb") if path else None

    def write(self, data) -> int:
        """As `alsaaudio.PCM.write`. [audio]"""
        if self._file is not None:
            self._file.write(data)
        return len(data) // _FRAME_BYTES

    def drop(self) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
