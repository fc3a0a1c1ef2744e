"""From parameter values to the DSP engine: the designer of settings and kernels, run logs and their replay."""

from . import designer, replay
from .designer import Designer, eq_response_db, settings_vector
from .meter_rows import merged_meters
from .offline import OfflineRun
from .run_log import FORMAT, SCHEMA, parse_run_log, read_run_log

__all__ = [
    "FORMAT",
    "SCHEMA",
    "Designer",
    "OfflineRun",
    "designer",
    "eq_response_db",
    "merged_meters",
    "parse_run_log",
    "read_run_log",
    "replay",
    "settings_vector",
]
