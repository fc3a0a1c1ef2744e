"""What box and laptop agree on: the parameter table, its constraints, the serial protocol, atomic files, lazy imports.

Standard library and msgspec only."""

from . import constraints, params, protocol
from .atomic import remove_leftovers, sync_directory, write_atomic
from .errors import BurnishError
from .lazy import lazy_exports
from .params import BAND_TYPES, BY_ID, EQ_BANDS, LOG, MULTIBAND_BANDS, RENAMED, TABLE, Param, ParamError
from .protocol import BoxError, Incoming, Lines, Request

__all__ = [
    "BAND_TYPES",
    "BY_ID",
    "EQ_BANDS",
    "LOG",
    "MULTIBAND_BANDS",
    "RENAMED",
    "TABLE",
    "BoxError",
    "BurnishError",
    "Incoming",
    "Lines",
    "Param",
    "ParamError",
    "Request",
    "constraints",
    "lazy_exports",
    "params",
    "protocol",
    "remove_leftovers",
    "sync_directory",
    "write_atomic",
]
