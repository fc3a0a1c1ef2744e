"""The assistant: a first master from references (`matching`) or from the mix alone (`automatic`), as an ordinary preset.

It measures (`recordings`), compares (`curves`), finds settings (`parts`), and states each choice as a decision: a number, a threshold,
settings, and a sentence (`decisions`). `plan` makes a preset of the decisions, `finishing` renders it, `explain` makes a page. `tastes` is
what is usual. `stems` gives decisions to stems. Nothing here changes a sample: the engine does, with the preset.
"""

from firmware.contract import lazy_exports

__getattr__ = lazy_exports(
    __name__,
    {
        "CENTRES_HZ": "recordings",
        "CURVE_HZ": "curves",
        "Decision": "decisions",
        "PARTS": "decisions",
        "Plan": "plan",
        "Recording": "recordings",
        "Reference": "recordings",
        "STYLES": "tastes",
        "WITHOUT_LIMITER": "stems",
        "Wish": "automatic",
        "auto": "automatic",
        "finished_auto": "finishing",
        "genres": "tastes",
        "finished": "finishing",
        "match": "matching",
        "read": "recordings",
        "read_reference": "recordings",
        "reference_of": "recordings",
        "suggested": "stems",
        "write_audio": "finishing",
        "write_page": "explain",
    },
)

__all__ = [
    "CENTRES_HZ",
    "CURVE_HZ",
    "PARTS",
    "STYLES",
    "WITHOUT_LIMITER",
    "Decision",
    "Plan",
    "Recording",
    "Reference",
    "Wish",
    "auto",
    "finished",
    "finished_auto",
    "genres",
    "match",
    "read",
    "read_reference",
    "reference_of",
    "suggested",
    "write_audio",
    "write_page",
]
