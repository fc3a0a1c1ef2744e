"""The assistant: a first master from references (`matching`) or from the mix alone (`automatic`), as an ordinary preset.

It measures (`recording`, `tone`, `dynamics`), compares (`difference`), finds settings (`fit`, `width`, `dynamics`, `loudness`), and
states each choice as a decision: a number, a threshold, settings, and a sentence (`decisions`). `plan` makes a preset of the
decisions. `explain` makes a page. `stems` gives decisions to stems. `reference`
is a recording as a curve for pictures. Nothing here changes a sample: the engine does, with the preset.
"""

from firmware.contract import lazy_exports

__getattr__ = lazy_exports(
    __name__,
    {
        "CENTRES_HZ": "tone",
        "CURVE_HZ": "difference",
        "Decision": "decisions",
        "PARTS": "decisions",
        "Plan": "plan",
        "Recording": "recording",
        "Reference": "reference",
        "STYLES": "tastes",
        "WITHOUT_LIMITER": "stems",
        "Wish": "automatic",
        "auto": "automatic",
        "finished_auto": "finishing",
        "genres": "tastes",
        "finished": "finishing",
        "match": "matching",
        "read": "recording",
        "read_reference": "reference",
        "reference_of": "reference",
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
