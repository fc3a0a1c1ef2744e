"""Sound files in and out: stereo, at the rates the engine knows, as the 32-bit words that the box sees."""

from pathlib import Path

import numpy as np
import soundfile

from dsp_ext.core import RATES_HZ
from dsp_ext.meters import measure
from host_cli.errors import CliFail

#: What `--bits` offers, as libsndfile's names; float files are written unclipped by libsndfile but never exceed the words.
SUBTYPES = {"16": "PCM_16", "24": "PCM_24", "32": "PCM_32", "float": "FLOAT"}
#: Frames written in one go: pieces that stay in the caches instead of copies of the whole file.
_PIECE = 1 << 16
#: What can be written, by the ending of the name, with the bit depths each can hold.
FORMATS = {
    ".wav": ("16", "24", "32", "float"),
    ".flac": ("16", "24"),
    ".aiff": ("16", "24", "32"),
    ".aif": ("16", "24", "32"),
}


def read_words(path: str | Path) -> tuple[np.ndarray, int]:
    """(words, rate in Hz): int32 of shape (frames, 2), full scale at 2^31, as a sound card delivers them.

    Files of up to 24 bits arrive exactly. Float files are rounded to 32 bits and clipped at full scale. Raises CliFail
    for what is missing, is not sound, is not stereo, or has a rate that the box does not run at.
    """
    path = Path(path)
    check_source(path)
    try:
        with soundfile.SoundFile(path) as file:
            check_format(path, file.channels, file.samplerate)
            if file.subtype in ("FLOAT", "DOUBLE"):
                words = words_from_float(file.read(dtype="float64", always_2d=True), path)
            else:
                words = file.read(dtype="int32", always_2d=True)
            rate_hz = file.samplerate
    except soundfile.LibsndfileError as error:
        reason = str(getattr(error, "error_string", error)).rstrip(".")
        raise CliFail(f"{path} is not a sound file that can be read ({reason}): give WAV, FLAC or AIFF") from None
    if not len(words):
        raise CliFail(f"{path} holds no sound: it has 0 frames")
    return words, rate_hz


def check_source(path: Path) -> None:
    """Raises CliFail where there is no such file."""
    if path.is_dir() or not path.exists():
        raise CliFail(f"{path} {'is a folder' if path.is_dir() else 'does not exist'}: give a WAV, FLAC or AIFF file")


def check_format(path, channels: int, rate_hz: int) -> None:
    """Raises CliFail unless the engine can take it."""
    if channels != 2:
        advice = "duplicate the channel first" if channels == 1 else "make a stereo mix first"
        raise CliFail(f"{path} has {channels} channel{'s' * (channels > 1)}, the chain is stereo: {advice}")
    if rate_hz not in RATES_HZ:
        rates = ", ".join(f"{r / 1000:g}" for r in RATES_HZ)
        raise CliFail(f"{path} has a rate of {rate_hz} Hz: allowed are {rates} kHz; resample it first")


def words_from_float(samples: np.ndarray, path="input") -> np.ndarray:
    """Nearest 32-bit words of float samples (full scale ±1), clipped. Raises CliFail where they are not numbers."""
    if not np.all(np.isfinite(samples)):
        bad = int(np.argmin(np.all(np.isfinite(samples), axis=-1)))
        raise CliFail(f"{path} holds a sample that is not a number, at frame {bad}: repair or export it again")
    scaled = np.rint(samples * 2.0**31)
    return np.clip(scaled, -(2.0**31), 2.0**31 - 1).astype(np.int32)


def check_target(path: str | Path, bits: str) -> None:
    """Raises CliFail where `write_words` would, as far as that can be known before there is anything to write."""
    path = Path(path)
    depths = FORMATS.get(path.suffix.lower())
    if depths is None:
        raise CliFail(f"{path}: cannot write {path.suffix or 'a name without an ending'}: use {', '.join(FORMATS)}")
    if bits not in depths:
        raise CliFail(f"{path}: a {path.suffix[1:]} file cannot hold {bits} bits: use {' or '.join(depths)}")
    if not path.parent.is_dir():
        raise CliFail(f"cannot write {path}: there is no folder {path.parent}")


def write_words(path: str | Path, words: np.ndarray, rate_hz: int, bits: str = "24") -> None:
    """Write int32 words (frames, 2), rounded to `bits` ("16", "24", "32", "float"). Raises CliFail."""
    path = Path(path)
    check_target(path, bits)
    try:
        with soundfile.SoundFile(path, "w", rate_hz, words.shape[1], SUBTYPES[bits]) as file:
            for at in range(0, len(words), _PIECE):
                piece = words[at : at + _PIECE]
                file.write(piece / 2.0**31 if bits == "float" else round_to_bits(piece, int(bits)))
    except (soundfile.LibsndfileError, OSError) as error:
        raise CliFail(f"cannot write {path}: {error}") from None


def round_to_bits(words: np.ndarray, bits: int) -> np.ndarray:
    """Words rounded to the nearest of `bits` bits, still left-justified in 32; libsndfile alone would cut the rest off."""
    if bits == 32:
        return words
    step = 1 << (32 - bits)
    rounded = np.minimum(words, np.int32(2**31 - 1 - step // 2))  # so that the sum stays within 32 bits
    rounded += np.int32(step // 2)
    rounded &= np.int32(-step)
    return rounded


def figures(words: np.ndarray, rate_hz: int) -> dict:
    """Loudness and peaks of words (frames, 2): what `dsp_ext.meters.measure` says of them, without the history."""
    found = measure(words.T, rate_hz, scale=2.0**-31)
    del found["history"]
    return found
