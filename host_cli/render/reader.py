"""AudioReader: reads an audio file in blocks of float32 samples, which is the format of the engine and of the meters."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from host_cli.errors import CliFail
from host_cli.folders import native_name

from .audiofile import check_format, check_measurable, check_source, unreadable
from .conversion import check_soxr, converted, converted_frames

#: The engine silences blocks with samples of this magnitude or more.
LOUDEST = 64.0
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
    """An audio file that is read in blocks. A context manager."""

    def __init__(
        self, path: Path, mono: bool = False, *, rate_hz: int | None = None, measured: bool = False, name: str = ""
    ):
        """The engine must be able to process the file: stereo, at one of its sampling rates. With `mono`, a file with one channel is
        accepted, and the channel becomes both channels. With `rate_hz`, every sampling rate is accepted and converted to `rate_hz`. With
        `measured`, every number of channels and every rate and level that the meter can measure is accepted. `name` replaces the path
        in messages and results.

        Raises CliFail for a file that is missing, empty, not audio, or not accepted."""
        self.path, self.name = path, name or str(path)
        check_source(path, self.name)
        try:
            self._file = soundfile.SoundFile(native_name(path))
        except soundfile.LibsndfileError as error:
            raise unreadable(self.name, error) from None
        #: The sampling rate of the file in Hz, before a conversion.
        self.file_rate_hz = self._file.samplerate
        try:
            if rate_hz or measured:
                check_measurable(self.name, self.file_rate_hz)
            if not measured:
                check_format(self.name, self._file.channels, rate_hz or self.file_rate_hz, mono)
            if not self._file.frames:
                raise CliFail(f"{self.name} contains no audio: it has 0 frames; export it again")
            self.rate_hz = rate_hz or self.file_rate_hz
            self.converts = self.rate_hz != self.file_rate_hz
            if self.converts:
                check_soxr()
        except CliFail:
            self._file.close()
            raise
        self._loudest = np.inf if measured else LOUDEST
        self._double = mono and self._file.channels == 1
        self.channels = 2 if self._double else self._file.channels
        #: The number of frames that `blocks` returns in total.
        self.frames = converted_frames(self._file.frames, self.file_rate_hz, self.rate_hz)
        #: Bits per sample, or None for float samples, also after a conversion.
        self.bits = None if self.converts else _BITS.get(self._file.subtype)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()

    def blocks(self) -> Iterator[np.ndarray]:
        """The whole file from its start in blocks: float32, shape (channels, frames), full scale ±1. Float files can exceed it.

        Without a conversion, samples are multiples of 2^-31, like those of a sound card with 32 bits. Raises CliFail if a sample
        is not a number, or if the file ends early.
        """
        if not self.converts:
            return self._stored()
        return converted(self._stored(), self.file_rate_hz, self.rate_hz, self.frames)

    def _stored(self) -> Iterator[np.ndarray]:
        """The samples of the file."""
        at = 0
        while at < self._file.frames:
            try:
                if not at:
                    self._file.seek(0)
                block = self._integers() if self._file.subtype in _BITS else self._floats(at)
            except soundfile.LibsndfileError:  # the error for a truncated FLAC file
                block = np.zeros((2, 0), np.float32)
            if not block.shape[1]:
                raise CliFail(
                    f"{self.name} is damaged: it ends after {at} of {self._file.frames} frames; export the file again"
                )
            yield np.concatenate([block, block]) if self._double else block
            at += block.shape[1]

    def read(self) -> np.ndarray:
        """The whole file as one block."""
        whole, at = np.empty((self.channels, self.frames), np.float32), 0
        for block in self.blocks():
            whole[:, at : at + block.shape[1]] = block
            at += block.shape[1]
        return whole

    def _integers(self) -> np.ndarray:
        words = self._file.read(BLOCK, dtype="int32", always_2d=True)
        block = np.array(words.T, np.float32, order="C")
        block *= np.float32(2.0**-31)
        return block

    def _floats(self, at: int) -> np.ndarray:
        samples = self._file.read(BLOCK, dtype="float64", always_2d=True)
        if not np.all(np.isfinite(samples)):
            bad = at + int(np.argmin(np.all(np.isfinite(samples), axis=1)))
            raise CliFail(
                f"{self.name} contains a sample that is not a finite number, at frame {bad}: export the file again"
            )
        if samples.size and np.abs(samples).max() >= self._loudest:
            bad = at + int(np.argmax(np.abs(samples).max(axis=1) >= self._loudest))
            raise CliFail(
                f"{self.name} has a sample above +36 dBFS, at frame {bad}, which the engine would silence: "
                "lower its level, or divide integers by their full scale"
            )
        samples *= 2.0**31
        np.rint(samples, out=samples)
        samples *= 2.0**-31
        return np.array(samples.T, np.float32, order="C")
