"""Sound files: reading, rendering through the engine, analysing, reporting."""

__all__ = [
    "analysis",
    "audiofile",
    "engine",
    "listening",
    "loudness_target",
    "report",
]
