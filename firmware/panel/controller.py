"""The behaviour of the front panel: pages, knobs, buttons, and the choice of presets. `controls.py` turns pins into events.

A value never jumps when its knob is turned, because encoders have no position. A click is a fixed step, and a fine step while
the knob is pushed. Holding a knob for a second without turning sets its default. The names of switches are those of
hardware/board.toml.
"""

import datetime
import logging
import math
import threading
import time
from dataclasses import dataclass

from firmware.contract import LOG, MULTIBAND_BANDS, Param, ParamError, protocol
from firmware.presets import PresetError, PresetLibrary, startling
from firmware.settings import RevConflict, Store, save_current

from .pages import KNOBS, PAGES

log = logging.getLogger(__name__)

HOLD_S = 1.0
#: The choice of a preset is cancelled after this long without a turn, in seconds.
CHOICE_S = 10.0
MESSAGE_S = 2.0
#: How long the display marks the knob that was turned last, in seconds.
TOUCH_S = 1.5
#: Without use for this long, the display is dimmed, because still pictures burn in, in seconds.
REST_S = 600.0

NEW = "(new preset)"
SOURCE = protocol.PANEL


@dataclass(frozen=True)
class Cell:
    """One knob on the display. `position` is its value from 0 to 1 of the range, `zero` the position from which its bar starts."""

    label: str
    text: str
    position: float
    zero: float
    touched: bool
    fine: bool


@dataclass(frozen=True)
class Face:
    """The state of the panel for the display. `choice` is (title, names, index) while a preset is being chosen, else None."""

    title: str
    page: int
    pages: int
    cells: tuple[Cell | None, ...]
    choice: tuple[str, tuple[str, ...], int] | None
    message: str
    locked: bool
    resting: bool = False


class PanelController:
    """Turns events of knobs and switches into changes of the store. Times are in seconds.

    Thread-safe: the thread of the panel calls the event methods, that of the display calls `face`.
    """

    def __init__(self, store: Store, library: PresetLibrary, clock=time.monotonic):
        self._store = store
        self._library = library
        self._clock = clock
        self._lock = threading.RLock()
        self._page = 0
        self._down: dict[str, float] = {}  # switch: time at which it was pressed
        self._used: set[str] = set()  # pressed switches that have had an effect, so that their release has none
        self._locked = False
        self._choice: tuple[str, tuple[str, ...], int] | None = None
        self._choice_at = 0.0
        self._order: list[str] = []  # slugs of the presets in the order of the list
        self._moved = False
        self._warned = ""  # the preset for which a confirmation was requested
        self._message = ("", 0.0)
        self._active_at = clock()
        self._touched = (0, -TOUCH_S)  # knob, time

    # -- events ----------------------------------------------------------------------------------------------------

    def turn(self, knob: int, detents: int) -> None:
        """Knob 1 to 6 was turned by `detents` clicks; clockwise is positive."""
        with self._lock:
            self._active_at = self._clock()
            if self._locked:
                return self._say("LOCKED: HOLD LOCK")
            if self._choice:
                self._turn_choice(knob, detents)
            elif "PAGE" in self._down:
                self._used.add("PAGE")
                self._page = (self._page + detents) % len(PAGES)
            elif knob <= len(PAGES[self._page].params):
                push = f"PUSH{knob}"
                if push in self._down:
                    self._used.add(push)
                self._touched = (knob, self._clock())
                param = PAGES[self._page].params[knob - 1]
                self._edit(param, lambda value: param.nudge(value, detents, fine=push in self._down))

    def press(self, switch: str) -> None:
        """A switch was closed."""
        with self._lock:
            self._down[switch] = self._active_at = self._clock()
            if switch in ("BYPASS", "FOOT"):  # these also work while locked
                self._store.set_many({"chain.bypass": 1.0 - self._store.get("chain.bypass")}, SOURCE)
            elif switch == "LOCK":
                self._say("HOLD TO UNLOCK" if self._locked else "HOLD TO LOCK")
            elif self._locked:
                self._used.add(switch)
                self._say("LOCKED: HOLD LOCK")
            elif self._choice:
                self._used.add(switch)
                self._decide(switch)
            elif switch in ("RECALL", "STORE"):
                self._choose(switch)

    def release(self, switch: str) -> None:
        """A switch was opened."""
        with self._lock:
            down = self._down.pop(switch, None)
            used = switch in self._used
            self._used.discard(switch)
            if down is None or used:
                return
            if switch == "PAGE":
                self._page = (self._page + 1) % len(PAGES)
            elif switch == "AB":
                self._store.select("b" if self._store.ab == "a" else "a", SOURCE)

    def tick(self) -> None:
        """Handle held switches and timeouts. Call this at least ten times a second."""
        with self._lock:
            now = self._clock()
            for switch, since in list(self._down.items()):
                if now - since >= HOLD_S and switch not in self._used:
                    self._used.add(switch)
                    self._held(switch)
            if self._choice and now - self._choice_at > CHOICE_S:
                self._end_choice()

    # -- actions --------------------------------------------------------------------------------------------------

    def _held(self, switch: str) -> None:
        if switch == "LOCK":
            self._locked = not self._locked
            self._end_choice()
            self._say("LOCKED" if self._locked else "UNLOCKED")
        elif switch == "PAGE":
            self._page = 0
        elif switch == "AB":
            other = "b" if self._store.ab == "a" else "a"
            self._store.copy(self._store.ab, other, SOURCE)
            self._say(f"{self._store.ab.upper()} COPIED TO {other.upper()}")
        elif switch.startswith("PUSH") and int(switch[4:]) <= len(PAGES[self._page].params):
            knob = int(switch[4:])
            param = PAGES[self._page].params[knob - 1]
            self._touched = (knob, self._clock())
            self._edit(param, lambda _: param.default)

    def _edit(self, param: Param, change) -> None:
        """Apply `change` to the current value. If the laptop changes it at the same time, both changes have their effect."""
        while True:
            rev = self._store.rev
            value = change(self._store.get(param.id))
            try:
                for _ in range(MULTIBAND_BANDS):
                    try:
                        self._store.set_many({param.id: value}, SOURCE, if_rev=rev)
                        return
                    except (
                        ParamError
                    ) as why:  # above the limit of the rate: stop there; equal to another crossover: skip it
                        value = min(change(value), why.data["high"])
                return self._say("REFUSED")
            except RevConflict:
                continue

    def _choose(self, switch: str) -> None:
        entries = [entry for entry in self._library.list() if not entry.error]
        if switch == "RECALL":
            entries = self._library.slots.sort(entries)
            names = tuple(entry.name for entry in entries)
            self._order = [entry.slug for entry in entries]
        else:
            names = (NEW, *(entry.name for entry in entries if not entry.factory))
        current = self._store.preset_name
        self._choice = (switch, names, names.index(current) if current in names else 0)
        self._choice_at = self._clock()
        self._warned = ""

    def _turn_choice(self, knob: int, detents: int) -> None:
        """Knob 2 moves the chosen preset within the list; the other knobs choose."""
        title, names, index = self._choice
        place = min(max(index + detents, 0), len(names) - 1)
        if knob == 2 and title == "RECALL" and place != index:
            moved = list(names)
            moved.insert(place, moved.pop(index))
            names = tuple(moved)
            self._order.insert(place, self._order.pop(index))
            self._moved = True
        self._choice = (title, names, place)
        self._choice_at = self._clock()

    def _end_choice(self) -> None:
        self._choice = None
        if self._moved:
            self._moved = False
            try:
                self._library.slots.write(self._order)
            except OSError as error:
                log.warning("the order of presets could not be saved: %s", error)
                self._say("ORDER NOT SAVED")

    def _decide(self, switch: str) -> None:
        title, names, index = self._choice
        if switch != title and not switch.startswith("PUSH"):
            return self._end_choice()  # another button cancels
        try:
            if title == "RECALL":
                self._recall(names[index])
            else:
                self._end_choice()
                self._keep(self._new_name() if index == 0 else names[index], overwrite=index != 0)
        except (PresetError, ParamError) as error:
            log.warning("%s", error)
            self._end_choice()
            self._say({"storage_full": "NO SPACE LEFT", "corrupt": "PRESET IS DAMAGED"}.get(error.name, "REFUSED"))

    def _recall(self, name: str) -> None:
        preset = self._library.load(name)
        if self._warned != name and (reason := startling(self._store.snapshot(), preset.values)):
            log.info("preset %s %s: confirmation requested", name, reason)
            self._warned = name
            self._choice_at = self._clock()
            return self._say("LOUDER! PRESS AGAIN")
        self._end_choice()
        self._store.load_preset(preset, SOURCE)
        self._say(f"LOADED {name}")

    def _keep(self, name: str, overwrite: bool) -> None:
        created = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
        save_current(self._store, self._library, name, SOURCE, overwrite, {"created": created})
        self._say(f"STORED {name}")

    def _new_name(self) -> str:
        taken = {entry.slug for entry in self._library.list()}
        number = next(n for n in range(1, 10_000) if f"panel-{n:02d}" not in taken)
        return f"Panel {number:02d}"

    def _say(self, message: str) -> None:
        self._message = (message, self._clock())

    # -- for the display -------------------------------------------------------------------------------------------

    def face(self) -> Face:
        """The state to display."""
        with self._lock:
            now = self._clock()
            page = PAGES[self._page]
            values = self._store.snapshot()
            knob, when = self._touched
            touched = knob if now - when < TOUCH_S else 0
            cells = [
                _cell(param, label, values[param.id], k == touched, f"PUSH{k}" in self._down)
                for k, (param, label) in enumerate(zip(page.params, page.labels, strict=True), 1)
            ]
            cells += [None] * (KNOBS - len(cells))
            message, said = self._message
            shown = message if now - said < MESSAGE_S else ""
            return Face(
                page.title,
                self._page + 1,
                len(PAGES),
                tuple(cells),
                self._choice,
                shown,
                self._locked,
                resting=now - self._active_at > REST_S,
            )


def _position(param: Param, value: float) -> float:
    if param.taper == LOG:
        return math.log(value / param.low) / math.log(param.high / param.low)
    return (value - param.low) / (param.high - param.low)


def _cell(param: Param, label: str, value: float, touched: bool, fine: bool) -> Cell:
    # The bar of a value around 0, such as a gain, starts at its default; other bars start at the left.
    zero = _position(param, param.default) if param.kind == "number" and param.low < 0 < param.high else 0.0
    return Cell(label, param.format(value), _position(param, value), zero, touched, fine)
