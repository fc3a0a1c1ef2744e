"""The current values: the store, the state file, the recorder of changes, saving as a preset, loudness matching."""

from .history import MOST_CHANGES, Change
from .loudness_match import LoudnessMatch
from .macros import DEFAULT_MACROS, MACROS, Macro
from .recorder import Recorder, note_version
from .save_current import save_current
from .state_file import StateFile
from .store import RevConflict, Store

__all__ = [
    "DEFAULT_MACROS",
    "MACROS",
    "MOST_CHANGES",
    "Change",
    "LoudnessMatch",
    "Macro",
    "Recorder",
    "RevConflict",
    "StateFile",
    "Store",
    "note_version",
    "save_current",
]
