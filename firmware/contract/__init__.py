"""What the box and the laptop share: parameter table, constraints, serial protocol, meter rules, atomic files, lazy imports.

It imports the standard library, msgspec, and `dsp_ext.settings`, which needs neither NumPy nor compiled modules."""

from . import constraints, params, protocol
from .atomic import remove_leftovers, sync_directory, write_atomic
from .errors import BoxError, BurnishError
from .framing import Incoming, Lines, Request
from .lazy import lazy_exports
from .meter_rules import LAST, MeterFrame, merged, rules_of
from .params import (
    BAND_COUNTS,
    BAND_PLACEMENTS,
    BAND_TYPES,
    BY_ID,
    EQ_BANDS,
    EQ_MODES,
    LOG,
    MULTIBAND_BANDS,
    RENAMED,
    TABLE,
    Param,
    ParamError,
)
from .regular_file import NotRegular, open_regular, read_regular
from .suggestions import question, suggestions

__all__ = [
    "BAND_COUNTS",
    "BAND_PLACEMENTS",
    "BAND_TYPES",
    "BY_ID",
    "EQ_BANDS",
    "EQ_MODES",
    "LAST",
    "LOG",
    "MULTIBAND_BANDS",
    "RENAMED",
    "TABLE",
    "BoxError",
    "BurnishError",
    "Incoming",
    "Lines",
    "MeterFrame",
    "NotRegular",
    "Param",
    "ParamError",
    "Request",
    "constraints",
    "lazy_exports",
    "merged",
    "open_regular",
    "params",
    "protocol",
    "question",
    "read_regular",
    "remove_leftovers",
    "rules_of",
    "suggestions",
    "sync_directory",
    "write_atomic",
]
