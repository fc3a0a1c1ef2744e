"""Audio files: reads and writes them, renders them with the engine, analyses them, writes reports."""

__all__ = [
    "analysis",
    "audiofile",
    "engine",
    "listening",
    "loudness_target",
    "report",
]
