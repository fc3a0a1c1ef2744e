"""Tags of audio files: titles, ISRC, artwork and broadcast chunks, carried from the input of a render to its output.

`chunks`, `broadcast`, `documents` and `info` read and write the chunks of WAV files in which tags are.
"""

from . import broadcast, chunks, documents, info
from .carry import Changes, carry
from .reading import read as read_tags

__all__ = ["Changes", "broadcast", "carry", "chunks", "documents", "info", "read_tags"]
