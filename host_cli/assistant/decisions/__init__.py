"""Decisions: what was measured, which limit it crossed, which settings follow, and the sentence that says so.

`decision`: one decision. `words`: numbers and frequency ranges in sentences.
"""

from firmware.contract import lazy_exports

__getattr__ = lazy_exports(
    __name__,
    {
        "Decision": "decision",
        "PARTS": "decision",
        "apart": "words",
        "hertz": "words",
        "range_name": "words",
    },
)

__all__ = [
    "PARTS",
    "Decision",
    "apart",
    "hertz",
    "range_name",
]
