"""From parameter values to the DSP engine: the designer of settings and kernels, and the replay of a recorded run."""

from . import designer, replay
from .designer import Designer, settings_vector
from .offline import OfflineRun
from .replay import FORMAT, SCHEMA, read_run_log

__all__ = [
    "FORMAT",
    "SCHEMA",
    "Designer",
    "OfflineRun",
    "designer",
    "read_run_log",
    "replay",
    "settings_vector",
]
