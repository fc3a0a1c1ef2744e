"""Tags of audio files: titles, ISRC, artwork and broadcast chunks, carried from the input of a render to its output."""

from .carry import Changes, carry

__all__ = ["Changes", "carry"]
