"""Output to a terminal: tables, meters, curves of braille characters, and the monitor."""

from firmware.contract import lazy_exports

__getattr__ = lazy_exports(
    __name__,
    {
        "Monitor": "monitor",
        "MeterView": "text",
        "count": "text",
        "json_line": "text",
        "lines": "text",
        "one_line": "text",
        "search": "sections",
        "table": "text",
    },
)

__all__ = [
    "MeterView",
    "Monitor",
    "count",
    "json_line",
    "lines",
    "one_line",
    "search",
    "table",
]
