"""The current values: the store, the state file, the recorder of changes, saving as a preset, loudness matching."""

from .loudness_match import LoudnessMatch
from .recorder import Recorder, note_version
from .save_current import save_current
from .state_file import StateFile
from .store import RevConflict, Store

__all__ = [
    "LoudnessMatch",
    "Recorder",
    "RevConflict",
    "StateFile",
    "Store",
    "note_version",
    "save_current",
]
