"""Calls ffmpeg. It removes the delay of encoders while decoding, by the marks that MP3, AAC and Opus files contain."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from host_cli.errors import CliFail

#: Longest time that a call may take.
_TIMEOUT_S = 3600


@dataclass(frozen=True)
class Codec:
    """`kbps`: the bit rate of check copies. `title`: what encoded it, for tables."""

    name: str
    suffix: str
    encoder: str
    kbps: int
    title: str


#: The AAC encoder is that of ffmpeg. Services use others (Fraunhofer, Apple), whose results differ.
CODECS = {
    "mp3": Codec("mp3", ".mp3", "libmp3lame", 320, "MP3 (LAME)"),
    "aac": Codec("aac", ".m4a", "aac", 256, "AAC (ffmpeg's encoder)"),
    "opus": Codec("opus", ".opus", "libopus", 160, "Opus (libopus)"),
    "vorbis": Codec("vorbis", ".ogg", "libvorbis", 192, "Ogg Vorbis (libvorbis)"),
}


def check_ffmpeg() -> str:
    """The path of ffmpeg. Raises CliFail if it is not installed."""
    if found := shutil.which("ffmpeg"):
        return found
    raise CliFail(
        "lossy copies need the program ffmpeg: install it (Debian: apt-get install ffmpeg; macOS: brew install ffmpeg)"
    )


def encode(source: Path, target: Path, codec: Codec, kbps: int | None = None) -> None:
    """Encode an audio file. Opus converts to 48 kHz by itself. Raises CliFail."""
    _run(["-i", str(source), "-map", "0:a", "-map_metadata", "-1", "-c:a", codec.encoder, "-b:a", f"{kbps or codec.kbps}k",
          "-y", str(target)], f"{source.name} could not be encoded as {codec.title}")  # fmt: skip


def decode(path: Path, rate_hz: int) -> np.ndarray:
    """The samples of any file at `rate_hz`, float32, shape (2, frames); they can exceed ±1. Raises CliFail."""
    data = _run(
        ["-i", str(path), "-map", "0:a", "-f", "f32le", "-ac", "2", "-ar", str(rate_hz), "-"],
        f"{path.name} could not be decoded",
    )
    return np.ascontiguousarray(np.frombuffer(data, "<f4").reshape(-1, 2).T)


def _run(arguments: list[str], failure: str) -> bytes:
    command = [check_ffmpeg(), "-nostdin", "-v", "error", "-threads", "1", *arguments]
    try:
        return subprocess.run(command, check=True, capture_output=True, timeout=_TIMEOUT_S).stdout
    except subprocess.CalledProcessError as why:
        lines = why.stderr.decode(errors="replace").strip().splitlines()
        raise CliFail(f"{failure}: {lines[-1] if lines else 'ffmpeg failed'}") from None
    except subprocess.TimeoutExpired:
        raise CliFail(f"{failure}: ffmpeg took longer than {_TIMEOUT_S} s") from None
