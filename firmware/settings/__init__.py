"""The current values: the store, the state file, the recorder of changes, saving as a preset, loudness matching, learning of
the gain into the limiter."""

from .history import MOST_CHANGES, Change
from .learn import COLUMNS, Learn, Learning
from .loudness_match import LoudnessMatch
from .macros import DEFAULT_MACROS, MACROS, Macro
from .recorder import Recorder, note_version
from .save_current import save_current
from .state_file import StateFile
from .store import TARGET_LUFS, RevConflict, Store

__all__ = [
    "COLUMNS",
    "DEFAULT_MACROS",
    "MACROS",
    "MOST_CHANGES",
    "TARGET_LUFS",
    "Change",
    "Learn",
    "Learning",
    "LoudnessMatch",
    "Macro",
    "Recorder",
    "RevConflict",
    "StateFile",
    "Store",
    "note_version",
    "save_current",
]
