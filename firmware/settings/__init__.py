"""The values in force: the store, its state over restarts, the recorder of changes, loudness matching."""

from .loudness_match import Matcher
from .recorder import Journal, note_version
from .state_file import StateKeeper
from .store import RevConflict, Store

__all__ = [
    "Journal",
    "Matcher",
    "RevConflict",
    "StateKeeper",
    "Store",
    "note_version",
]
