"""What the box and the laptop share: parameter table, constraints, serial protocol, MIDI, meter rules, atomic files, lazy imports, waking of threads.

It imports the standard library, msgspec, and `dsp_ext.settings`, which needs neither NumPy nor compiled modules."""

from . import constraints, nrpn, params, protocol
from .atomic import remove_leftovers, sync_directory, write_atomic
from .errors import BoxError, BurnishError
from .framing import Incoming, Lines, Request
from .lazy import lazy_exports
from .meter_rules import LAST, MeterFrame, merged, rules_of
from .midi_control import MidiControl, assignable, parse_controls
from .midi_parser import ControlChange, MidiParser, ProgramChange
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
from .wake import Wake

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
    "ControlChange",
    "Incoming",
    "Lines",
    "MeterFrame",
    "MidiControl",
    "MidiParser",
    "NotRegular",
    "Param",
    "ParamError",
    "ProgramChange",
    "Request",
    "Wake",
    "assignable",
    "constraints",
    "lazy_exports",
    "merged",
    "nrpn",
    "open_regular",
    "params",
    "parse_controls",
    "protocol",
    "question",
    "read_regular",
    "remove_leftovers",
    "rules_of",
    "suggestions",
    "sync_directory",
    "write_atomic",
]
