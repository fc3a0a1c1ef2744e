"""File formats of records as pure functions: values in, bytes or text out, and back. Nothing here opens a file for writing.

CD layout (`disc`, `msf`), DDP 2.00 (`ddp`, `ddp_read`), CD-Text (`cdtext`), CUE sheets (`cue`), PQ sheets (`pq_sheet`), headers of
WAV files (`wave_header`), ISRC and EAN (`identifiers`), lists of checksums (`checksums`).
"""

from . import cdtext, checksums, cue, ddp, ddp_read, disc, identifiers, msf, pq_sheet, wave_header
from .disc import Disc, Track

__all__ = [
    "Disc",
    "Track",
    "cdtext",
    "checksums",
    "cue",
    "ddp",
    "ddp_read",
    "disc",
    "identifiers",
    "msf",
    "pq_sheet",
    "wave_header",
]
