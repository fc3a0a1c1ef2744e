"""Is a mix ready for mastering? Detectors of faults that are better mended in the mix.

`faults` lists what is known and runs the detectors: `levels`, `source` (what the file was before), `stereo`, `tone`, `events` (in
time). `pictures` makes the page.
"""

from firmware.contract import lazy_exports

__getattr__ = lazy_exports(
    __name__,
    {
        "FAULTS": "faults",
        "Fault": "fault",
        "Verdict": "faults",
        "check": "faults",
        "section": "pictures",
    },
)

__all__ = ["FAULTS", "Fault", "Verdict", "check", "section"]
