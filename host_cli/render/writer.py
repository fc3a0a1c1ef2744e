"""AudioWriter: writes an audio file in blocks. The file appears under its name only when it is complete."""

import contextlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile

from host_cli.errors import CliFail
from host_cli.folders import native_name
from host_cli.tags import chunks

from .audiofile import CONTAINERS, SUBTYPES, check_target, part_of, round_to_bits, unwritable

#: From this number of bytes upwards, the format RF64 is used, because the sizes in a WAV file have only 32 bits.
_RF64_BYTES = 0xFFFF_0000


class AudioWriter:
    """A context manager. After an error or an interruption, no partial file is left, and an existing file of the same name is unchanged."""

    def __init__(self, path: Path, rate_hz: int, bits: str, frames: int):
        """`bits`: "16", "24", "32" or "float". `frames`: the expected length, from which it follows whether RF64 is needed. Raises CliFail."""
        check_target(path, bits)
        self.path = path
        #: Whether the file is kept when the context ends without an error.
        self.keep = True
        #: If the file is kept, this is called with the path of the complete temporary file before it is renamed. May raise OSError.
        self.finish: Callable[[Path], None] = lambda path: None
        self._bits = bits
        self._part = part_of(path)
        form = CONTAINERS[path.suffix.lower()]
        if form == "WAV" and frames * 2 * (4 if bits == "float" else int(bits) // 8) > _RF64_BYTES:
            form = "RF64"
        try:
            self._file = soundfile.SoundFile(native_name(self._part), "w", rate_hz, 2, SUBTYPES[bits], format=form)
        except (soundfile.LibsndfileError, OSError) as error:
            raise self._failed(error) from None

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        try:
            self._file.close()
            if kind is None and self.keep:
                if self._bits == "float":
                    chunks.forget_time(self._part)
                self.finish(self._part)
                self._part.replace(self.path)
        except (soundfile.LibsndfileError, OSError) as error:
            raise self._failed(error) from None
        finally:
            with contextlib.suppress(OSError):
                self._part.unlink(missing_ok=True)

    def write(self, block: np.ndarray) -> None:
        """Write float32 samples, shape (2, frames). Integer formats are rounded and clipped; "float" is not clipped."""
        scaled = np.rint(block.T.astype(np.float64) * 2.0**31)
        try:
            if self._bits == "float":
                self._file.write(scaled * 2.0**-31)
            else:
                words = np.clip(scaled, -(2.0**31), 2.0**31 - 1).astype(np.int32)
                self._file.write(round_to_bits(words, int(self._bits)))
        except (soundfile.LibsndfileError, OSError) as error:
            raise self._failed(error) from None

    def _failed(self, error: Exception) -> CliFail:
        return unwritable(self.path, error)
