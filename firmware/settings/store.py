"""Store: the values of all parameters, and the only place that changes them.

It belongs to the control process. Panel, serial link and presets change values through it; the audio process gets them
through `publish`. The edit buffers A and B contain the values that presets contain; bypass, mute and similar values belong
to neither of them.
"""

import logging
import threading
import time
from collections import deque

from firmware.contract import BurnishError, constraints, params, protocol
from firmware.presets import check_target, clean_name

from .history import Change, History, Origin
from .macros import DEFAULT_MACROS, MACROS, known_macros, macros_of

log = logging.getLogger(__name__)

BUFFERS = ("a", "b")

#: The loudness target where a preset has none, in LUFS.
TARGET_LUFS = -14.0

#: JSON programs read whole numbers exactly below this.
_MOST_REVISIONS = 1 << 53
_STORED = {param.id for param in params.TABLE if param.stored}


class RevConflict(BurnishError, RuntimeError):
    """Values have changed since the revision that the caller knows; nothing was set."""

    def __init__(self, wanted: int, actual: int):
        super().__init__(f"the settings are at revision {actual}, not {wanted}: read them again")
        self.wanted = wanted
        self.actual = actual


class _Buffer:
    """An edit buffer: its values, the name of its preset, the values of that preset for comparison, the macros on the MASTER page of
    the front panel, and the loudness target in LUFS, None without one."""

    def __init__(
        self, values: dict, preset: str | None, reference: dict, macros: tuple[str, ...] = DEFAULT_MACROS,
        target_lufs: float | None = None,
    ):  # fmt: skip
        self.values = values
        self.preset = preset
        self.reference = reference
        self.macros = macros
        self.target_lufs = target_lufs

    @property
    def origin(self) -> Origin:
        return Origin(self.preset, self.reference, self.macros, self.target_lufs)


class Store:
    """Values by parameter id, as floats in the unit of the parameter. Thread-safe.

    `rate_hz` is the sampling rate, on which some limits depend; without it the limits of the table apply.

    `publish(values, rev)` is called with all values after each change, in order, before the subscribers. It must be short and
    must not call the store. `rev` counts changes and never decreases.
    """

    def __init__(self, publish=None, rate_hz: float | None = None, clock=time.monotonic):
        self._rate_hz = rate_hz
        self._clock = clock
        self._lock = threading.RLock()
        self._publish = publish
        self._subscribers: list = []
        self._news: deque = deque()
        self._telling = threading.Lock()
        self.rev = 0
        stored = {id: value for id, value in params.DEFAULTS.items() if id in _STORED}
        self._buffers = {name: _Buffer(dict(stored), None, dict(stored)) for name in BUFFERS}
        self._common = {id: value for id, value in params.DEFAULTS.items() if id not in _STORED}
        self._ab = "a"
        self._histories = {name: History() for name in BUFFERS}

    # -- reading ---------------------------------------------------------------------------------------------------

    @property
    def ab(self) -> str:
        """The selected buffer: "a" or "b"."""
        return self._ab

    @property
    def preset_name(self) -> str | None:
        """The name of the preset in the current buffer; None before the first."""
        with self._lock:
            return self._active.preset

    @property
    def edited(self) -> bool:
        """Whether the current buffer differs from its preset, or from the defaults if there is no preset."""
        with self._lock:
            return self._active.values != self._active.reference

    @property
    def macros(self) -> tuple[str, ...]:
        """The macros on the six knobs of the MASTER page, see `MACROS`."""
        with self._lock:
            return self._active.macros

    @property
    def target_lufs(self) -> float | None:
        """The loudness target of the current buffer, from its preset or from `set_target`; None without one."""
        with self._lock:
            return self._active.target_lufs

    @property
    def undoable(self) -> int:
        """How many changes of the current buffer can be undone."""
        with self._lock:
            return len(self._histories[self._ab])

    @property
    def _active(self) -> _Buffer:
        return self._buffers[self._ab]

    def get(self, id: str) -> float:
        """The value of the parameter `id`. Raises ParamError for an unknown id."""
        id = params.find(id).id
        with self._lock:
            return self._common[id] if id in self._common else self._active.values[id]

    def snapshot(self) -> dict[str, float]:
        """All current values, in the order of the table."""
        with self._lock:
            now = self._active.values | self._common
        return {id: now[id] for id in params.DEFAULTS}

    # -- changing --------------------------------------------------------------------------------------------------

    def set_many(self, values: dict, source: str, if_rev: int | None = None, *, joined: bool = False) -> int:
        """Set all of `values` (numbers, bools or words by id) or none; returns the revision.

        Raises ParamError for an unknown id, a value out of range, or one that conflicts with others (`constraints.check`),
        and RevConflict if `if_rev` is not the current revision. Values that are already set make no new revision.
        `joined`: undone together with the last change, if that has the same source and parameters.
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
            sound = {id: value for id, value in changed.items() if id not in self._common}
            self._active.values.update(sound)
            self._common.update({id: value for id, value in changed.items() if id in self._common})
            if sound:
                origin = self._active.origin
                self._note(self._ab, {id: before[id] for id in sound}, sound, origin, origin, source, joined)
            rev = self._changed(changed, source)
        self._tell()
        return rev

    def load_preset(self, preset, source: str) -> int:
        """Load `preset.values` into the current buffer; parameters that the preset does not name get their default.

        Raises ParamError, and then nothing has changed. Values that presets do not contain (bypass, mute) stay.
        """
        checked = _checked(preset.values)
        values = {id: checked.get(id, params.DEFAULTS[id]) for id in params.DEFAULTS if id in _STORED}
        constraints.check(values, values, self._rate_hz)
        buffer = _Buffer(values, preset.name, dict(values), macros_of(preset), getattr(preset, "target_lufs", None))
        return self._replace(self._ab, buffer, source)

    def mark_saved(self, name: str, source: str) -> int:
        """Note that the selected buffer has been saved as preset `name`."""
        with self._lock:
            now = self._active
            kept = _Buffer(now.values, name, dict(now.values), now.macros, now.target_lufs)
            return self._replace(self._ab, kept, source)

    def set_macros(self, names, source: str) -> int:
        """Put the macros `names` on the six knobs of the MASTER page of the current buffer. Raises ValueError."""
        unknown = [name for name in names if name not in MACROS]
        if unknown or len(names) != len(DEFAULT_MACROS):
            raise ValueError(f"there are {len(DEFAULT_MACROS)} macros of {', '.join(MACROS)}, not {', '.join(names)}")
        with self._lock:
            self._active.macros = tuple(names)
            rev = self._changed({}, source)
        self._tell()
        return rev

    def set_target(self, lufs: float | None, source: str) -> int:
        """Set the loudness target of the current buffer, in LUFS. It belongs to the preset, but is not part of the sound. Raises
        PresetError."""
        check_target(lufs)
        with self._lock:
            self._active.target_lufs = lufs
            rev = self._changed({}, source)
        self._tell()
        return rev

    def mark_renamed(self, old: str, new: str, source: str) -> int:
        """Note that the preset `old` is now called `new`."""
        with self._lock:
            for buffer in self._buffers.values():
                buffer.preset = new if buffer.preset == old else buffer.preset
            rev = self._changed({}, source)
        self._tell()
        return rev

    def compare(self, source: str) -> int:
        """Exchange the values of the current buffer with those of its preset, to hear what has been edited. A second call
        exchanges them back. This is no change that could be undone. Returns the revision."""
        with self._lock:
            before, buffer = self.snapshot(), self._active
            buffer.values, buffer.reference = dict(buffer.reference), dict(buffer.values)
            rev = self._changed(_difference(before, self.snapshot()), source)
        self._tell()
        return rev

    # -- undoing ---------------------------------------------------------------------------------------------------

    def undo(self, source: str) -> Change | None:
        """Take back the last change of the sound in the current buffer; returns it, or None if there is none."""
        with self._lock:
            change = self._histories[self._ab].undo()
            if change:
                self._restore_change(change.before, change.origin_before, source)
        self._tell()
        return change

    def redo(self, source: str) -> Change | None:
        """Make the change again that was undone last; returns it, or None if there is none."""
        with self._lock:
            change = self._histories[self._ab].redo()
            if change:
                self._restore_change(change.after, change.origin_after, source)
        self._tell()
        return change

    def _restore_change(self, values: dict, origin: Origin, source: str) -> None:
        """Apply one side of a change. The caller holds the lock."""
        before, old = self.snapshot(), self._active
        reference = dict(origin.reference)
        self._buffers[self._ab] = _Buffer(
            old.values | values, origin.preset, reference, origin.macros, origin.target_lufs
        )
        self._changed(_difference(before, self.snapshot()), source)

    def _note(
        self, name: str, before: dict, after: dict, old: Origin, new: Origin, source: str, joined: bool = False
    ) -> None:
        """Add a change to the history of the buffer `name`. The caller holds the lock."""
        self._histories[name].note(Change(before, after, old, new, source, self._clock(), joined))

    def select(self, slot: str, source: str) -> int:
        """Switch to buffer "a" or "b"; returns the revision."""
        _check_buffer(slot)
        with self._lock:
            before, self._ab = self.snapshot(), slot
            rev = self._changed(_difference(before, self.snapshot()), source)
        self._tell()
        return rev

    def copy(self, origin: str, target: str, source: str) -> int:
        """Copy buffer `origin` to buffer `target`; returns the revision."""
        _check_buffer(origin)
        with self._lock:
            slot = self._buffers[origin]
            copied = _Buffer(dict(slot.values), slot.preset, dict(slot.reference), slot.macros, slot.target_lufs)
            return self._replace(target, copied, source)

    def _replace(self, name: str, slot: _Buffer, source: str) -> int:
        _check_buffer(name)
        with self._lock:
            before, old = self.snapshot(), self._buffers[name]
            self._buffers[name] = slot
            changed = _difference(old.values, slot.values)
            if changed or old.preset != slot.preset:
                self._note(name, {id: old.values[id] for id in changed}, changed, old.origin, slot.origin, source)
            rev = self._changed(_difference(before, self.snapshot()), source)
        self._tell()
        return rev

    # -- notifying -------------------------------------------------------------------------------------------------

    def subscribe(self, fn) -> None:
        """Call `fn(changed, rev, source)` after each change. `changed` has the new values by id.

        Calls are made one at a time and in the order of revisions, in the thread of any change. `changed` is empty if only
        names changed: a preset was saved, or the buffers A and B are equal.
        """
        with self._lock:
            self._subscribers.append(fn)

    def unsubscribe(self, fn) -> None:
        """End the subscription of `fn`, if there is one."""
        with self._lock:
            self._subscribers = [one for one in self._subscribers if one != fn]

    def _changed(self, changed: dict, source: str) -> int:
        """Count a new revision, publish it and queue its notification. The caller holds the lock."""
        self.rev += 1
        if self._publish is not None:
            self._publish(self.snapshot(), self.rev)
        self._news.append((changed, self.rev, source))
        return self.rev

    def _tell(self) -> None:
        """Notify the subscribers. A thread that is already doing so also delivers ours, so a subscriber may change values."""
        while self._news and self._telling.acquire(blocking=False):
            try:
                while self._news:
                    news = self._news.popleft()
                    for fn in tuple(self._subscribers):
                        try:
                            fn(*news)
                        except Exception:  # a fault of one subscriber must not stop the notification of the others
                            log.exception("a subscriber of the store failed")
            finally:
                self._telling.release()

    # -- state over a restart -- ------------------------------------------------------------------------------------

    def dump(self) -> dict:
        """The whole state as plain data, for the state file."""
        with self._lock:
            return {
                "rev": self.rev,
                "ab": self._ab,
                "common": dict(self._common),
                "slots": {
                    name: {
                        "preset": slot.preset,
                        "values": dict(slot.values),
                        "reference": dict(slot.reference),
                        "macros": list(slot.macros),
                        "target_lufs": slot.target_lufs,
                    }
                    for name, slot in self._buffers.items()
                },
            }

    def restore(self, state: dict) -> int:
        """Restore the result of `dump`; parameters that it does not contain get their defaults. Returns the revision.

        Values above a limit of the current sampling rate, because the dump was made at a higher rate, are set to the limit.
        Raises an exception for other data (ParamError, KeyError, TypeError, ValueError, …); then nothing has changed.
        """

        def checked(values: dict, ids) -> dict:
            known = _checked(dict(values))
            if self._rate_hz is not None:
                known = {id: min(v, constraints.highest(params.BY_ID[id], self._rate_hz)) for id, v in known.items()}
            return {id: known.get(id, params.DEFAULTS[id]) for id in ids}

        _check_buffer(state["ab"])
        common = checked(state["common"], self._common)
        slots = {}
        for name in BUFFERS:
            slot = state["slots"][name]
            preset = slot["preset"]
            if preset is not None:
                preset = clean_name(preset) if isinstance(preset, str) else _wrong(preset)
            ids = self._buffers[name].values
            values, reference = checked(slot["values"], ids), checked(slot["reference"], ids)
            target_lufs = slot.get("target_lufs")
            check_target(target_lufs)
            slots[name] = _Buffer(values, preset, reference, known_macros(slot.get("macros")), target_lufs)
        rev = state["rev"]
        if isinstance(rev, bool) or not isinstance(rev, int) or not 0 <= rev < _MOST_REVISIONS:
            raise ValueError(f"a revision cannot be {str(rev)[:40]}")
        with self._lock:
            before = self.snapshot()
            self._ab, self._common, self._buffers = state["ab"], common, slots
            self.rev = max(self.rev, rev)
            rev = self._changed(_difference(before, self.snapshot()), protocol.RESTORE)
        self._tell()
        return rev


def _wrong(preset):
    raise TypeError(f"the name of a preset must be text, not {str(preset)[:40]}")


def _checked(values: dict) -> dict[str, float]:
    """`values` under their present ids, each in range. Raises ParamError."""
    found = [(params.find(id), value) for id, value in values.items()]
    return {param.id: param.check(value) for param, value in found}


def _difference(before: dict, after: dict) -> dict:
    return {id: value for id, value in after.items() if value != before[id]}


def _check_buffer(slot: str) -> None:
    if slot not in BUFFERS:
        raise ValueError(f"an edit buffer is a or b, not {slot!r}")
