"""Store: the values of all parameters, and the only door through which they change.

Lives in the control process. Panel, serial link, presets and the designer all go through it; the audio side gets the
values by `publish`. Two slots, A and B, hold what presets hold; bypass, mute and the like belong to neither.
"""

import logging
import threading
from collections import deque

from firmware.contract import BurnishError, constraints, params, protocol

log = logging.getLogger(__name__)

SLOTS = ("a", "b")

_STORED = {param.id for param in params.TABLE if param.stored}


class RevConflict(BurnishError, RuntimeError):
    """Somebody else changed a value since the revision the caller had seen; nothing was changed."""

    def __init__(self, wanted: int, actual: int):
        super().__init__(f"the settings are at revision {actual}, not {wanted}: read them again")
        self.wanted = wanted
        self.actual = actual


class _Slot:
    """One side of A/B: its values, and the preset they came from with the values it had."""

    def __init__(self, values: dict, preset: str | None, reference: dict):
        self.values = values
        self.preset = preset
        self.reference = reference


class Store:
    """Values by parameter id, floats in the unit of `params`. Thread-safe.

    `rate_hz` is the sampling rate, which some limits follow; without it they are those of the table.

    `publish(values, rev)` is called with a complete snapshot for each change, in order, before the subscribers. It must be
    short and must not call back. `rev` counts changes and never goes back.
    """

    def __init__(self, publish=None, rate_hz: float | None = None):
        self._rate_hz = rate_hz
        self._lock = threading.RLock()
        self._publish = publish
        self._subscribers: list = []
        self._news: deque = deque()
        self._telling = threading.Lock()
        self.rev = 0
        stored = {id: value for id, value in params.DEFAULTS.items() if id in _STORED}
        self._slots = {name: _Slot(dict(stored), None, dict(stored)) for name in SLOTS}
        self._common = {id: value for id, value in params.DEFAULTS.items() if id not in _STORED}
        self._ab = "a"

    # -- reading ---------------------------------------------------------------------------------------------------

    @property
    def ab(self) -> str:
        """The slot that sounds: "a" or "b"."""
        return self._ab

    @property
    def preset_name(self) -> str | None:
        """The preset that the sounding slot came from; None before the first."""
        with self._lock:
            return self._active.preset

    @property
    def edited(self) -> bool:
        """Whether the sounding slot differs from its preset (from the defaults, where there was none)."""
        with self._lock:
            return self._active.values != self._active.reference

    @property
    def _active(self) -> _Slot:
        return self._slots[self._ab]

    def get(self, id: str) -> float:
        """The value of one parameter. Raises ParamError where there is none of that id."""
        id = params.find(id).id
        with self._lock:
            return self._common[id] if id in self._common else self._active.values[id]

    def snapshot(self) -> dict[str, float]:
        """All values that sound now, in the order of the table."""
        with self._lock:
            now = self._active.values | self._common
        return {id: now[id] for id in params.DEFAULTS}

    # -- changing --------------------------------------------------------------------------------------------------

    def set_many(self, values: dict, source: str, if_rev: int | None = None) -> int:
        """Change all of `values` (id to number, bool or word) or none; returns the revision that has them.

        Raises ParamError for an unknown id, a value out of range or one that does not go with the others
        (`constraints.check`), and RevConflict where `if_rev` is not the present revision. Values that are so already make no new revision.
        """
        checked = _checked(values)
        with self._lock:
            if if_rev is not None and if_rev != self.rev:
                raise RevConflict(if_rev, self.rev)
            before = self.snapshot()
            changed = {id: value for id, value in checked.items() if value != before[id]}
            if not changed:
                return self.rev
            constraints.check(before | changed, changed, self._rate_hz)
            for id, value in changed.items():
                (self._common if id in self._common else self._active.values)[id] = value
            rev = self._changed(changed, source)
        self._tell()
        return rev

    def load_preset(self, preset, source: str) -> int:
        """Take `preset.values` into the sounding slot; what the preset does not name goes to its default.

        Raises ParamError, and then nothing has changed. Values that presets do not hold (bypass, mute) stay.
        """
        checked = _checked(preset.values)
        values = {id: checked.get(id, params.DEFAULTS[id]) for id in params.DEFAULTS if id in _STORED}
        constraints.check(values, values, self._rate_hz)
        return self._replace(self._ab, _Slot(values, preset.name, dict(values)), source)

    def mark_saved(self, name: str, source: str) -> int:
        """Note that the selected buffer has been saved as preset `name`."""
        with self._lock:
            values = self._active.values
            return self._replace(self._ab, _Slot(values, name, dict(values)), source)

    def select(self, slot: str, source: str) -> int:
        """Let slot "a" or "b" sound; returns the revision."""
        _check_slot(slot)
        with self._lock:
            before, self._ab = self.snapshot(), slot
            rev = self._changed(_difference(before, self.snapshot()), source)
        self._tell()
        return rev

    def copy(self, origin: str, target: str, source: str) -> int:
        """Make slot `target` equal to slot `origin`; returns the revision."""
        _check_slot(origin)
        with self._lock:
            slot = self._slots[origin]
            return self._replace(target, _Slot(dict(slot.values), slot.preset, dict(slot.reference)), source)

    def _replace(self, name: str, slot: _Slot, source: str) -> int:
        _check_slot(name)
        with self._lock:
            before = self.snapshot()
            self._slots[name] = slot
            rev = self._changed(_difference(before, self.snapshot()), source)
        self._tell()
        return rev

    # -- telling ---------------------------------------------------------------------------------------------------

    def subscribe(self, fn) -> None:
        """Have `fn(changed, rev, source)` called after each change, with the ids that changed and their new values.

        Calls come one at a time and in the order of revisions, from whichever thread made a change. `changed` is empty
        where only the names changed (a preset was saved, A/B of equal slots).
        """
        with self._lock:
            self._subscribers.append(fn)

    def _changed(self, changed: dict, source: str) -> int:
        """With the lock held: a new revision, published, its news queued."""
        self.rev += 1
        if self._publish is not None:
            self._publish(self.snapshot(), self.rev)
        self._news.append((changed, self.rev, source))
        return self.rev

    def _tell(self) -> None:
        """Deliver the news. Whoever is at it already delivers ours too, so a subscriber may change values."""
        while self._news and self._telling.acquire(blocking=False):
            try:
                while self._news:
                    news = self._news.popleft()
                    for fn in tuple(self._subscribers):
                        try:
                            fn(*news)
                        except Exception:  # one subscriber's fault must not keep the others from hearing
                            log.exception("a subscriber of the store failed")
            finally:
                self._telling.release()

    # -- keeping over a restart ------------------------------------------------------------------------------------

    def dump(self) -> dict:
        """Everything as plain data, for the state file."""
        with self._lock:
            return {
                "rev": self.rev,
                "ab": self._ab,
                "common": dict(self._common),
                "slots": {
                    name: {"preset": slot.preset, "values": dict(slot.values), "reference": dict(slot.reference)}
                    for name, slot in self._slots.items()
                },
            }

    def restore(self, state: dict) -> int:
        """Take what `dump` gave; parameters it does not know are at their defaults. Returns the revision.

        What lies above a limit of the present sampling rate, because the dump was made at a higher one, comes down to it.
        Raises ParamError, KeyError, TypeError or ValueError for data that is not such a dump; then nothing has changed.
        """

        def checked(values: dict, ids) -> dict:
            known = _checked(dict(values))
            if self._rate_hz is not None:
                known = {id: min(v, constraints.highest(params.BY_ID[id], self._rate_hz)) for id, v in known.items()}
            return {id: known.get(id, params.DEFAULTS[id]) for id in ids}

        _check_slot(state["ab"])
        common = checked(state["common"], self._common)
        slots = {}
        for name in SLOTS:
            slot = state["slots"][name]
            preset = slot["preset"]
            if preset is not None and not isinstance(preset, str):
                raise TypeError(f"the name of a preset is text, not {preset!r}")
            ids = self._slots[name].values
            slots[name] = _Slot(checked(slot["values"], ids), preset, checked(slot["reference"], ids))
        rev = int(state["rev"])
        with self._lock:
            before = self.snapshot()
            self._ab, self._common, self._slots = state["ab"], common, slots
            self.rev = max(self.rev, rev)
            rev = self._changed(_difference(before, self.snapshot()), protocol.RESTORE)
        self._tell()
        return rev


def _checked(values: dict) -> dict[str, float]:
    """`values` under their present ids, each in range. Raises ParamError."""
    found = [(params.find(id), value) for id, value in values.items()]
    return {param.id: param.check(value) for param, value in found}


def _difference(before: dict, after: dict) -> dict:
    return {id: value for id, value in after.items() if value != before[id]}


def _check_slot(slot: str) -> None:
    if slot not in SLOTS:
        raise ValueError(f"a slot is a or b, not {slot!r}")
