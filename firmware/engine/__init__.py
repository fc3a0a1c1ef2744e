"""From parameter values to the DSP engine: the designer of settings and kernels, run logs and their replay."""

from . import designer, replay
from .curves import curve, curve_within
from .designer import Designer, eq_response_db, settings_vector
from .loop_cable import (
    MOST_DELAY_S,
    TONE_DBFS,
    TONE_HZ,
    LoopFigures,
    full_scale_dbu,
    loop_figures,
    loop_signal,
)
from .meter_rows import merged_meters
from .offline import OfflineRun
from .run_log import FORMAT, SCHEMA, parse_run_log, read_run_log

__all__ = [
    "FORMAT",
    "MOST_DELAY_S",
    "SCHEMA",
    "TONE_DBFS",
    "TONE_HZ",
    "Designer",
    "LoopFigures",
    "OfflineRun",
    "curve",
    "curve_within",
    "designer",
    "eq_response_db",
    "full_scale_dbu",
    "loop_figures",
    "loop_signal",
    "merged_meters",
    "parse_run_log",
    "read_run_log",
    "replay",
    "settings_vector",
]
