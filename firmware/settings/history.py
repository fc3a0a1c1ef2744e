"""History: the last changes of an edit buffer, to be undone and redone.

Only what presets contain is undone: the sound. Bypass, mute, solo and the meters are not part of it. A knob that keeps turning
makes many changes of the store and is one change here.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

#: How many changes can be undone in each buffer.
MOST_CHANGES = 100
#: Changes of the same parameters by the same source count as one if they are this close to each other, in seconds.
ONE_GESTURE_S = 1.0


@dataclass(frozen=True)
class Origin:
    """What a buffer says about its preset: its name, its values for comparison, the macros on the MASTER page, and the
    loudness target in LUFS or None."""

    preset: str | None
    reference: Mapping[str, float]
    macros: tuple[str, ...]
    target_lufs: float | None = None


@dataclass(frozen=True)
class Change:
    """One change: the values of the changed parameters and the origin, before and after. `source` is who made it.
    `joined`: it counts as one with the change before it by the same source, however long ago that was."""

    before: Mapping[str, float]
    after: Mapping[str, float]
    origin_before: Origin
    origin_after: Origin
    source: str
    at_s: float
    joined: bool = False

    @property
    def text(self) -> str:
        """What changed, in a few words: the parameter, the preset, or how many parameters."""
        if self.origin_before.preset != self.origin_after.preset:
            return f"preset {self.origin_after.preset or 'none'}"
        return next(iter(self.after)) if len(self.after) == 1 else f"{len(self.after)} settings"


class History:
    """The changes of one edit buffer. The store calls it under its own lock. [control]"""

    def __init__(self):
        self._done: deque[Change] = deque(maxlen=MOST_CHANGES)
        self._undone: list[Change] = []

    def __len__(self) -> int:
        return len(self._done)

    def note(self, change: Change) -> None:
        """Remember `change`. It replaces what could have been redone."""
        self._undone.clear()
        last = self._done[-1] if self._done else None
        if last and _continues(last, change):
            self._done[-1] = Change(
                last.before,
                {**last.after, **change.after},
                last.origin_before,
                change.origin_after,
                change.source,
                change.at_s,
            )
            if self._done[-1].before == self._done[-1].after and last.origin_before == change.origin_after:
                self._done.pop()  # turned back to where it began
            return
        self._done.append(change)

    def undo(self) -> Change | None:
        """The change to take back, or None. It can then be redone."""
        if not self._done:
            return None
        self._undone.append(self._done.pop())
        return self._undone[-1]

    def redo(self) -> Change | None:
        """The change to make again, or None."""
        if not self._undone:
            return None
        self._done.append(self._undone.pop())
        return self._done[-1]


def _continues(last: Change, change: Change) -> bool:
    return (
        last.source == change.source
        and change.after.keys() <= last.after.keys()  # the first click of a knob may switch its band on as well
        and last.origin_after == change.origin_before == change.origin_after
        and (change.joined or change.at_s - last.at_s < ONE_GESTURE_S)
    )
