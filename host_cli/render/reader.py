"""AudioReader: reads an audio file in blocks of float32 samples, which is the format of the engine and of the meters."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from host_cli.errors import CliFail

from .audiofile import check_format, check_source

#: Frames in a block.
BLOCK = 1 << 16
#: Bits per sample of the integer formats of libsndfile. Samples of all other formats are treated as float.
_BITS = {
    "PCM_S8": 8,
    "PCM_U8": 8,
    "PCM_16": 16,
    "PCM_24": 24,
    "PCM_32": 32,
    "ALAC_16": 16,
    "ALAC_20": 20,
    "ALAC_24": 24,
}


class AudioReader:
    """A stereo file at one of the sampling rates of the engine. A context manager."""

    def __init__(self, path: Path, mono: bool = False, any_channels: bool = False):
        """`mono` accepts files with one channel, which becomes both channels; `any_channels` accepts any number.

        Raises CliFail for a file that is missing, empty, not audio, not stereo, or has an unsupported sampling rate."""
        check_source(path)
        self.path = path
        try:
            self._file = soundfile.SoundFile(path)
        except soundfile.LibsndfileError as error:
            reason = str(getattr(error, "error_string", error)).rstrip(".")
            raise CliFail(
                f"{path} is not a sound file that can be read ({reason}): give a WAV, FLAC or AIFF file"
            ) from None
        try:
            check_format(path, self._file.channels, self._file.samplerate, mono, any_channels)
            if not self._file.frames:
                raise CliFail(f"{path} contains no audio: it has 0 frames")
        except CliFail:
            self._file.close()
            raise
        self._double = mono and self._file.channels == 1
        self.channels = 2 if self._double else self._file.channels
        self.rate_hz = self._file.samplerate
        self.frames = self._file.frames
        #: Bits per sample, or None for float samples.
        self.bits = _BITS.get(self._file.subtype)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()

    def blocks(self) -> Iterator[np.ndarray]:
        """The whole file from its start in blocks: float32, shape (channels, frames), full scale ±1. Float files can exceed it.

        Samples are multiples of 2^-31, like those of a sound card with 32 bits. Raises CliFail if a sample is not a number.
        """
        self._file.seek(0)
        at = 0
        while at < self.frames:
            try:
                block = self._floats(at) if self.bits is None else self._integers()
            except soundfile.LibsndfileError:  # what a FLAC file that is cut off raises
                block = np.zeros((2, 0), np.float32)
            if not block.shape[1]:
                raise CliFail(
                    f"{self.path} is damaged: it ends after {at} of {self.frames} frames; export the file again"
                )
            yield np.concatenate([block, block]) if self._double else block
            at += block.shape[1]

    def read(self) -> np.ndarray:
        """The whole file as one block."""
        return np.concatenate(list(self.blocks()), axis=1)

    def _integers(self) -> np.ndarray:
        words = self._file.read(BLOCK, dtype="int32", always_2d=True)
        block = np.array(words.T, np.float32, order="C")
        block *= np.float32(2.0**-31)
        return block

    def _floats(self, at: int) -> np.ndarray:
        samples = self._file.read(BLOCK, dtype="float64", always_2d=True)
        if not np.all(np.isfinite(samples)):
            bad = at + int(np.argmin(np.all(np.isfinite(samples), axis=1)))
            raise CliFail(f"{self.path} contains a sample that is not a number, at frame {bad}: export the file again")
        samples *= 2.0**31
        np.rint(samples, out=samples)
        samples *= 2.0**-31
        return np.array(samples.T, np.float32, order="C")
