"""Audio files: reads and writes them, renders them with the engine, analyses them."""

from firmware.contract import lazy_exports

__getattr__ = lazy_exports(
    __name__,
    {
        "AudioReader": "reader",
        "RenderJob": "job",
        "Renderer": "engine",
        "dithered": "dithering",
        "inputs_of": "pipes",
        "piped": "pipes",
        "render_all": "batch",
    },
)

__all__ = [
    "AudioReader",
    "RenderJob",
    "Renderer",
    "analysis",
    "audiofile",
    "dithered",
    "inputs_of",
    "listening",
    "piped",
    "render_all",
    "surround",
]
