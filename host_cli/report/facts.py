"""Facts about a file that need no measurement of its audio."""

import hashlib
from pathlib import Path

import soundfile

from host_cli.folders import native_name

_PIECE = 1 << 20


def facts(path: Path) -> dict[str, str]:
    """Format, sampling rate, length, size and checksum of an audio file as text by name, and its tags."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    with soundfile.SoundFile(native_name(path)) as file:
        frames, rate_hz = file.frames, file.samplerate
        known = {
            "format": f"{file.format}, {file.subtype.replace('_', ' ')}",
            "sampling rate": f"{rate_hz} Hz",
            "channels": str(file.channels),
            "length": f"{int(frames / rate_hz // 60)}:{frames / rate_hz % 60:06.3f} ({frames} frames)",
            "size": f"{path.stat().st_size / 1e6:.2f} MB",
            "SHA-256": digest.hexdigest(),
        }
        tags = {name: text for name, text in file.copy_metadata().items() if text.strip()}
    return known | {f"tag {name}": "".join(c if c.isprintable() else "?" for c in text) for name, text in tags.items()}
