"""The parts of a master that the assistant may change, each as decisions with settings.

`faults`: problems of a mix. `equaliser`: bands for a curve of the tone. `width`: the side. `dynamics`: the multiband compressor.
`loudness`: the limiter.
"""

from firmware.contract import lazy_exports

__getattr__ = lazy_exports(
    __name__,
    {
        "CEILING": "loudness",
        "GAIN": "loudness",
        "LEAST_LU": "loudness",
        "SHORTEST_S": "loudness",
        "Settled": "loudness",
        "TRIM": "loudness",
        "decided": "loudness",
        "predicted_lu": "loudness",
        "problems": "faults",
        "settle": "loudness",
        "unmeasured": "loudness",
    },
)

__all__ = [
    "CEILING",
    "GAIN",
    "LEAST_LU",
    "SHORTEST_S",
    "TRIM",
    "Settled",
    "decided",
    "dynamics",
    "equaliser",
    "predicted_lu",
    "problems",
    "settle",
    "unmeasured",
    "width",
]
