"""Audio files: reads and writes them, renders them with the engine, analyses them."""

from firmware.contract import lazy_exports

__getattr__ = lazy_exports(
    __name__,
    {
        "AudioReader": "reader",
        "AudioWriter": "writer",
        "OutOfReach": "loudness_target",
        "RenderJob": "job",
        "Renderer": "engine",
        "dithered": "dithering",
        "find_gain": "loudness_target",
        "inputs_of": "pipes",
        "piped": "pipes",
        "synthesise": "demo_mix",
        "render_all": "batch",
        "work_on_all": "batch",
    },
)

__all__ = [
    "AudioReader",
    "AudioWriter",
    "OutOfReach",
    "RenderJob",
    "Renderer",
    "analysis",
    "audiofile",
    "conversion",
    "dithered",
    "find_gain",
    "inputs_of",
    "listening",
    "piped",
    "render_all",
    "surround",
    "synthesise",
    "work_on_all",
]
