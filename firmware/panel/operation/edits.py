"""Edits: the panel's changes of the store. They hold against changes of the laptop at the same moment."""

from firmware.contract import BY_ID, MULTIBAND_BANDS, ParamError
from firmware.settings import RevConflict, Store

#: Turns of one knob that are closer than this belong to one gesture, in seconds. Its start is the "previous value".
GESTURE_S = 1.0


class Edits:
    """`change` applies a function to a parameter. `source` is who makes the changes. `refused` is the reason of the last refusal."""

    def __init__(self, store: Store, source: str, clock):
        self._store = store
        self._source = source
        self._clock = clock
        self._before: dict[str, tuple[float, float]] = {}  # id: value before the last gesture, time of its last turn
        self.refused: ParamError | None = None

    def change(self, id: str, change, also: tuple[str, ...] = ()) -> bool:
        """Set the parameter `id` to `change(value)`, and switch on what is in `also`. Returns whether that was allowed.

        Above the limit of the sampling rate it stops there; a crossover passes over the value of another one.
        """
        self._remember(id)
        while True:
            rev = self._store.rev
            value = change(self._store.get(id))
            try:
                for _ in range(MULTIBAND_BANDS):
                    try:
                        switches = {switch: 1.0 for switch in also if not self._store.get(switch)}
                        self._store.set_many({**switches, id: value}, self._source, if_rev=rev)
                        return True
                    except ParamError as why:
                        self.refused = why
                        value = min(change(value), why.data["high"])
                return False
            except RevConflict:
                continue

    def many(self, values_of) -> bool:
        """Set all of `values_of(values)`. Returns whether that was allowed."""
        while True:
            rev = self._store.rev
            try:
                self._store.set_many(values_of(self._store.snapshot()), self._source, if_rev=rev)
                return True
            except RevConflict:
                continue
            except ParamError as why:
                self.refused = why
                return False

    def _remember(self, id: str) -> None:
        now_s, value = self._clock(), self._store.get(id)
        before, last_s = self._before.get(id, (value, -GESTURE_S))
        self._before[id] = (value if now_s - last_s >= GESTURE_S else before, now_s)

    def previous(self, id: str) -> bool:
        """Set `id` to its value before the last gesture; a second call comes back. Returns whether there was one."""
        if id not in self._before:
            return False
        value, now = self._before[id][0], self._store.get(id)
        allowed = self.change(id, lambda _: value)
        self._before[id] = (now, -GESTURE_S)
        return allowed

    def toggle(self, id: str) -> bool:
        """Turn a switch over. Returns whether that was allowed."""
        return self.many(lambda values: {id: 1.0 - values[id]})


def reason(why: ParamError) -> str:
    """The reason of a refusal in words that fit on the display, with what to do."""
    id = why.data["path"]
    if id.endswith(".dynamic") or "dynamic" in str(why):
        return "DYNAMIC NEEDS A BELL, PHASE MINIM." if id.endswith(".dynamic") else "NOT WHILE THE BAND IS DYNAMIC"
    if id.startswith("multiband.x") or id == "multiband.bands":
        return "CROSSOVERS MUST DIFFER"
    if "shelves" in str(why):
        return "SHELVES HAVE NO LOOK-AHEAD"
    return f"{BY_ID[id].label}: NOT ALLOWED"
