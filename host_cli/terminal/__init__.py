"""Output to a terminal: tables, meters, curves of braille characters, and the monitor."""

from firmware.contract import lazy_exports

__getattr__ = lazy_exports(
    __name__,
    {
        "Canvas": "braille",
        "Monitor": "monitor",
        "MeterView": "text",
        "count": "text",
        "json_line": "text",
        "lines": "text",
        "log_grid": "braille",
        "one_line": "text",
        "resampled": "braille",
        "search": "sections",
        "table": "text",
    },
)

__all__ = [
    "Canvas",
    "MeterView",
    "Monitor",
    "count",
    "json_line",
    "lines",
    "log_grid",
    "one_line",
    "resampled",
    "search",
    "table",
]
