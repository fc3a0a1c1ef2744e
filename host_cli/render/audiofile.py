"""Reads and writes audio files: stereo, at the sampling rates of the engine, as 32-bit words like those of a sound card."""

import contextlib
import errno
from pathlib import Path

import numpy as np
import soundfile

from dsp_ext.core import RATES_HZ
from dsp_ext.meters import HIGHEST_RATE_HZ, LOWEST_RATE_HZ
from host_cli.errors import USAGE, CliFail
from host_cli.folders import check_folder, native_name

from .lengths import is_cut_off

#: The formats that can be read, for messages.
READABLE = "a WAV, FLAC, AIFF, MP3 or Ogg file"
#: The choices of `--bits`, and libsndfile's names for them.
SUBTYPES = {"16": "PCM_16", "24": "PCM_24", "32": "PCM_32", "float": "FLOAT"}
#: libsndfile's names for the formats that can be written, by file name extension.
CONTAINERS = {".wav": "WAV", ".flac": "FLAC", ".aiff": "AIFF", ".aif": "AIFF"}
#: The number of frames that are written at once. It is small enough for the caches of the processor.
_PIECE = 1 << 16
#: The formats that can be written, by file name extension, and the bit depths of each.
FORMATS = {
    ".wav": ("16", "24", "32", "float"),
    ".flac": ("16", "24"),
    ".aiff": ("16", "24", "32"),
    ".aif": ("16", "24", "32"),
}


def read_words(path: str | Path) -> tuple[np.ndarray, int]:
    """Read a file; returns (words, sampling rate in Hz). The words are int32, shape (frames, 2), with full scale at 2^31.

    Integer files are read exactly. Float files are rounded to 32 bits and clipped at full scale. Raises CliFail for a file
    that is missing, is not audio, is cut off, is not stereo, or has a sampling rate at which the box does not run.
    """
    path = Path(path)
    check_source(path)
    try:
        with soundfile.SoundFile(native_name(path)) as file:
            check_format(path, file.channels, file.samplerate)
            if file.subtype in ("FLOAT", "DOUBLE"):
                words = words_from_float(file.read(dtype="float64", always_2d=True), path)
            else:
                words = file.read(dtype="int32", always_2d=True)
            rate_hz = file.samplerate
    except soundfile.LibsndfileError as error:
        raise unreadable(path, error) from None
    if not len(words):
        raise CliFail(f"{path} contains no audio: it has 0 frames; export it again")
    return words, rate_hz


def check_source(path: Path, name: str = "") -> None:
    """Raises CliFail if there is no such file, or if it is shorter than its header states. `name` stands for it in messages."""
    name = name or str(path)
    if path.is_dir() or not path.exists():
        raise CliFail(f"{name} {'is a folder' if path.is_dir() else 'does not exist'}: give {READABLE}")
    if path.is_file() and not path.stat().st_size:
        raise CliFail(f"{name} is empty: copy or export it again")
    if path.is_file() and is_cut_off(path):
        raise CliFail(f"{name} is truncated: it is shorter than its header states; copy or export it again")


def unreadable(name, error: soundfile.LibsndfileError) -> CliFail:
    """The exception for a file that cannot be read as audio."""
    reason = str(getattr(error, "error_string", error)).rstrip(".")
    return CliFail(f"{name} is not a sound file that can be read ({reason}): give {READABLE}")


def check_format(path, channels: int, rate_hz: int, mono: bool = False) -> None:
    """Raises CliFail unless the engine can process this number of channels and sampling rate. `mono` allows one channel."""
    if channels != 2 and not (mono and channels == 1):
        advice = "add --mono to render it as two equal channels" if channels == 1 else "make a stereo mix first"
        raise CliFail(f"{path} has {channels} channel{'s' * (channels > 1)}, but the chain is stereo: {advice}")
    if rate_hz not in RATES_HZ:
        rates = ", ".join(f"{r / 1000:g}" for r in RATES_HZ)
        raise CliFail(
            f"{path} has a sampling rate of {rate_hz} Hz, but the engine runs at {rates} kHz: "
            f"`burnish render --rate {nearest_rate_hz(rate_hz)}` converts it"
        )


def check_rate(rate_hz: int) -> None:
    """Raises CliFail unless the engine runs at this sampling rate."""
    if rate_hz not in RATES_HZ:
        raise CliFail(f"--rate cannot be {rate_hz}: allowed are {', '.join(map(str, RATES_HZ))} (Hz)", USAGE)


def nearest_rate_hz(rate_hz: int) -> int:
    """The best rate of the engine for a file: the lowest one that keeps the whole spectrum of the file, otherwise the highest one."""
    return next((rate for rate in RATES_HZ if rate >= 0.99 * rate_hz), RATES_HZ[-1])


def check_measurable(path, rate_hz: int) -> None:
    """Raises CliFail unless the meter can measure a file with this sampling rate."""
    if not LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ:
        limits = f"{LOWEST_RATE_HZ / 1000:g} to {HIGHEST_RATE_HZ / 1000:g} kHz"
        raise CliFail(f"{path} has a sampling rate of {rate_hz} Hz: allowed are {limits}; convert it first")


def words_from_float(samples: np.ndarray, path="input") -> np.ndarray:
    """Round float samples (full scale ±1) to 32-bit words, and clip them. Raises CliFail if one is not a number."""
    if not np.all(np.isfinite(samples)):
        bad = int(np.argmin(np.all(np.isfinite(samples), axis=-1)))
        raise CliFail(f"{path} contains a sample that is not a finite number, at frame {bad}: export the file again")
    scaled = np.rint(samples.astype(np.float64) * 2.0**31)
    return np.clip(scaled, -(2.0**31), 2.0**31 - 1).astype(np.int32)


def check_target(path: str | Path, bits: str) -> None:
    """Raises CliFail if `path` cannot be written as a file with `bits` bits. Call this before samples are computed."""
    path = Path(path)
    depths = FORMATS.get(path.suffix.lower())
    if depths is None:
        raise CliFail(f"{path}: cannot write {path.suffix or 'a file without an extension'}: use {', '.join(FORMATS)}")
    if bits not in depths:
        raise CliFail(
            f"{path}: a {path.suffix[1:]} file cannot store {bits if bits == 'float' else f'{bits} bits'}: use --bits {' or '.join(depths)}"
        )
    check_folder(path.parent)


def write_words(path: str | Path, words: np.ndarray, rate_hz: int, bits: str = "24") -> None:
    """Write int32 words (frames, 2), rounded to `bits` ("16", "24", "32", "float"). The file appears under its name only when it is
    complete. Raises CliFail."""
    path = Path(path)
    check_target(path, bits)
    part = part_of(path)
    try:
        form = CONTAINERS[path.suffix.lower()]
        with soundfile.SoundFile(native_name(part), "w", rate_hz, words.shape[1], SUBTYPES[bits], format=form) as file:
            for at in range(0, len(words), _PIECE):
                piece = words[at : at + _PIECE]
                file.write(piece / 2.0**31 if bits == "float" else round_to_bits(piece, int(bits)))
        part.replace(path)
    except (soundfile.LibsndfileError, OSError) as error:
        raise unwritable(path, error) from None


def part_of(path: Path) -> Path:
    """The file that stands for `path` until it is complete."""
    return path.with_name(f".{path.name}.part")


def unwritable(path: Path, error: Exception) -> CliFail:
    """The exception for a file that cannot be written, after removing the incomplete one. libsndfile does not tell the reason of the
    operating system, so this function asks for it by writing there once more."""
    if not getattr(error, "strerror", None):
        try:
            with open(part_of(path), "ab") as file:
                file.write(bytes(_PIECE))
        except OSError as why:
            error = why
    with contextlib.suppress(OSError):
        part_of(path).unlink(missing_ok=True)
    reason = getattr(error, "strerror", None) or str(getattr(error, "error_string", error)).rstrip(".")
    advice = "free space on this disk" if getattr(error, "errno", None) == errno.ENOSPC else "give another output"
    return CliFail(f"cannot write {path}: {reason}; {advice}")


def round_to_bits(words: np.ndarray, bits: int) -> np.ndarray:
    """Round words to `bits` bits, still left-justified in 32; libsndfile alone would truncate them."""
    if bits == 32:
        return words
    step = 1 << (32 - bits)
    rounded = np.minimum(words, np.int32(2**31 - 1 - step // 2))  # keeps the sum within 32 bits
    rounded += np.int32(step // 2)
    rounded &= np.int32(-step)
    return rounded
