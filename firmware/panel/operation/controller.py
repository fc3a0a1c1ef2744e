"""The behaviour of the front panel: sections, bands, knobs, gestures. `controls.py` turns pins into events.

A turn never makes a value jump, because encoders have no position. The names of switches are those of the panel profiles in
hardware/. The tables in `firmware.panel.layout` say what each knob does in each view.
"""

import logging
import threading
import time
from dataclasses import replace

from firmware.contract import BAND_COUNTS, BY_ID, EQ_MODES, protocol
from firmware.panel.layout import BY_KEY, SECTIONS, Knob, Section, View, detent
from firmware.presets import PresetLibrary
from firmware.settings import Learn, Store

from .edits import Edits, reason
from .face import Cell, Face, cell, unused_by_type
from .learning import PanelLearning
from .listening import Listening
from .options import PanelOptions
from .own_values import OwnValues
from .preset_list import PresetList
from .speed import Speed

log = logging.getLogger(__name__)

#: A key or knob counts as held after this long, LOCK later, in seconds.
HOLD_S = 0.6
LOCK_S = 1.0
#: Two short pushes within this time are a double push, in seconds.
DOUBLE_S = 0.4
#: The choice of a preset ends after this long without input, in seconds.
CHOICE_S = 15.0
MESSAGE_S = 2.0
#: How long the result of something that took long is shown, in seconds.
LONG_MESSAGE_S = 8.0
#: How long the display enlarges the knob that was turned last, in seconds.
TOUCH_S = 1.5
#: Without use for this long, the display is dimmed, because still pictures burn in, in seconds.
REST_S = 600.0

SOURCE = protocol.PANEL
_MINIMUM = EQ_MODES.index("minimum")
_LOCKED = "LOCKED: HOLD LOCK"
#: Keys of the six-key panel. PAGE shows the next view, and the second row while it is held.
_SIX_KEYS = {"RECALL": "PRESET", "STORE": "PRESET"}
_ROUND: tuple[tuple[str, int], ...] = (
    *((section.key, view) for section in SECTIONS for view in range(len(section.views))),
    ("MASTER", 0),
)


class PanelController:
    """Turns events of knobs and switches into changes of the store. Times are in seconds.

    Thread-safe: the thread of the panel calls the event methods, that of the display calls `face`.
    """

    def __init__(
        self, store: Store, library: PresetLibrary, clock=time.monotonic, options: PanelOptions | None = None,
        learn: Learn | None = None,
    ):  # fmt: skip
        self._store = store
        self._clock = clock
        self._options = options or PanelOptions()
        self._lock = threading.RLock()
        self._edits = Edits(store, SOURCE, clock)
        self._listening = Listening(store, SOURCE, clock)
        self._presets = PresetList(store, library, SOURCE)
        self._own = OwnValues(store, self._edits, SOURCE)
        self._learning = PanelLearning(learn, self._own)
        self._speeds = [Speed() for _ in range(6)]
        self._section = SECTIONS[0].key
        self._came_from = self._section  # the section before PRESET
        self._views: dict[str, int] = {}
        self._latched = False
        self._down: dict[str, float] = {}  # switch: time at which it was pressed
        self._used: set[str] = set()  # pressed switches that have had an effect, so that their release has none
        self._tapped: dict[str, float] = {}  # knob: time of its last short push
        self._touched: dict[int, float] = {}
        self._locked = False
        self._message = ("", 0.0)
        self._asked = ("", 0.0)  # the switch that a second push will set, and since when
        self._active_s = clock()
        #: Set by every turn and key, so that the display need not wait for the time of its next picture.
        self.moved = threading.Event()

    # -- what is shown ---------------------------------------------------------------------------------------------

    @property
    def section(self) -> Section:
        """The section in the picture."""
        return BY_KEY[self._section]

    @property
    def view(self) -> View:
        """The view of the section."""
        if self._section == "PRESET":
            return self.section.views[1 if self._presets.writing else 0]
        return self.section.views[self._views.get(self._section, 0)]

    @property
    def shifted(self) -> bool:
        """Whether the knobs have the functions of their second row."""
        held = "SHIFT" in self._down or "PAGE" in self._down
        return len(self.view.rows) > 1 and held != self._latched

    def knob(self, number: int) -> Knob | None:
        """What knob `number` (1 to 6) does now, with the chosen band in its ids."""
        knob = self.view.rows[1 if self.shifted else 0][number - 1]
        if knob is None:
            return None
        band = self._own.band(self._section)
        return replace(
            knob,
            id=knob.id.format(band=band),
            tap=knob.tap.format(band=band),
            listen=knob.listen.format(band=band),
            wakes=tuple(switch.format(band=band) for switch in knob.wakes),
        )

    def _show(self, key: str, view: int = 0) -> None:
        if self._section == "PRESET" and key != "PRESET" and (message := self._presets.close()):
            self._say(message)
        if key == "PRESET" and self._section != "PRESET":
            self._came_from = self._section
            self._presets.open()
        self._section = key
        self._views[key] = view
        self._latched = False

    # -- events ----------------------------------------------------------------------------------------------------

    def turn(self, knob: int, detents: int) -> None:
        """Knob 1 to 6 was turned by `detents` clicks; clockwise is positive."""
        with self._lock:
            self._active_s = self._clock()
            self.moved.set()
            if self._locked:
                return self._say(_LOCKED)
            push = f"PUSH{knob}"
            self._used |= {push, "SHIFT", "PAGE"} & self._down.keys()
            does = self.knob(knob)
            if does is None:
                return
            fine = push in self._down
            self._touched = {knob: self._clock()} | {k: t for k, t in self._touched.items() if k != knob}
            if does.own:
                return self._turn_own(does.own, detents, fine)
            if not does.id:
                return
            param = BY_ID[does.id]
            quick = param.kind == "number" and not fine and self._options.acceleration
            clicks = self._speeds[knob - 1].clicks(detents, self._clock()) if quick else detents
            free = not self._options.preferred_frequencies
            turned = lambda value: detent(param, value, clicks, fine, free)  # noqa: E731
            if not self._edits.change(does.id, turned, does.wakes):
                self._say(reason(self._edits.refused))

    def _turn_own(self, name: str, detents: int, fine: bool) -> None:
        if name in ("choose", "move", "place", "letter"):
            return self._presets.turn(name, detents)
        if message := self._own.turn(name, self._section, detents, fine):
            self._say(message)

    def press(self, switch: str) -> None:
        """A switch was closed."""
        with self._lock:
            self._down[switch] = self._active_s = self._clock()
            self.moved.set()
            if switch in ("BYPASS", "FOOT"):  # these also work while locked
                return self._listening.press_bypass()
            if switch == "LOCK":
                return self._say("HOLD TO UNLOCK" if self._locked else "HOLD TO LOCK")
            if self._locked:
                self._used.add(switch)
                return self._say(_LOCKED)
            switch = _SIX_KEYS.get(switch, switch)
            if switch in BY_KEY:
                self._press_section(switch)
            elif switch == "AB":
                self._press_ab()
            elif switch == "UNDO":
                self._undo()

    def _press_section(self, key: str) -> None:
        if "SHIFT" in self._down and key != "PRESET":
            self._used |= {"SHIFT", key}
            return self._switch_section(BY_KEY[key])
        if key != self._section:
            return self._show(key, self._views.get(key, 0))
        if key == "PRESET":
            self._used.add(key)
            return self._act("load")
        self._show(key, (self._views.get(key, 0) + 1) % len(self.section.views))

    def _switch_section(self, section: Section) -> None:
        if not section.switch:
            self._act("restart")
        elif self._edits.toggle(section.switch):
            self._say(f"{section.title} {'ON' if self._store.get(section.switch) else 'OFF'}")
        else:
            self._say(reason(self._edits.refused))

    def _press_ab(self) -> None:
        if "SHIFT" in self._down:
            self._used |= {"SHIFT", "AB"}
            other = "b" if self._store.ab == "a" else "a"
            self._store.copy(self._store.ab, other, SOURCE)
            return self._say(f"{self._store.ab.upper()} COPIED TO {other.upper()}")
        self._listening.press_ab()

    def _undo(self) -> None:
        redo = "SHIFT" in self._down
        if redo:
            self._used.add("SHIFT")
        change = self._store.redo(SOURCE) if redo else self._store.undo(SOURCE)
        if change is None:
            return self._say("NOTHING TO REDO" if redo else "NOTHING TO UNDO")
        what = BY_ID[change.text].label if change.text in BY_ID else change.text
        self._say(f"{'REDO' if redo else 'UNDO'}: {what}")

    def release(self, switch: str) -> None:
        """A switch was opened."""
        with self._lock:
            down = self._down.pop(switch, None)
            self.moved.set()
            used = switch in self._used
            self._used.discard(switch)
            if down is None:
                return
            self._listening.release(switch)
            if used:
                return
            if switch.startswith("PUSH"):
                self._tap(int(switch[4:]))
            elif switch == "SHIFT" and len(self.view.rows) > 1:
                self._latched = not self._latched
            elif switch == "PAGE":
                place = (self._section, self._views.get(self._section, 0))
                index = _ROUND.index(place) + 1 if place in _ROUND else 0
                self._show(*_ROUND[index % len(_ROUND)])

    def _tap(self, number: int) -> None:
        """A short push of a knob."""
        does, push, now_s = self.knob(number), f"PUSH{number}", self._clock()
        if does is None:
            return
        double = now_s - self._tapped.get(push, -DOUBLE_S) < DOUBLE_S
        self._tapped[push] = -DOUBLE_S if double else now_s
        self._touched[number] = now_s
        if does.push:
            return self._act(does.push)
        if does.tap and not self._edits.toggle(does.tap):
            self._ask(does.tap)
        if double and does.id and does.id != does.tap and self._edits.previous(does.id):
            self._say("PREVIOUS VALUE")

    def _ask(self, switch: str) -> None:
        """A switch was refused. For a dynamic band in another phase than minimum, ask; the second push answers."""
        if not switch.endswith(".dynamic") or self._store.get("eq.mode") == _MINIMUM:
            return self._say(reason(self._edits.refused))
        asked, asked_s = self._asked
        self._asked = (switch, self._clock())
        if asked != switch or self._clock() - asked_s > MESSAGE_S:
            return self._say("NEEDS MINIMUM PHASE: PUSH AGAIN")
        if self._edits.many(lambda _: {"eq.mode": float(_MINIMUM), switch: 1.0}):
            self._say("DYNAMIC, MINIMUM PHASE")
        else:
            self._say(reason(self._edits.refused))

    def _act(self, action: str) -> None:
        """Carry out the action of a push, from the tables of the sections."""
        if action == "restart":
            self._edits.many(lambda values: {"meter.epoch": values["meter.epoch"] + 1})
            return self._say("MEASUREMENT RESTARTED")
        if action == "learn":
            return self._say(self._learning.push())
        if message := self._presets.act(action):
            self._say(message)

    def tick(self) -> None:
        """Handle held switches and timeouts. Call this at least ten times a second."""
        with self._lock:
            now_s = self._clock()
            self._listening.tick()
            if ended := self._learning.ended():
                self._say(ended, LONG_MESSAGE_S)
            for switch, since_s in list(self._down.items()):
                if switch not in self._used and now_s - since_s >= (LOCK_S if switch == "LOCK" else HOLD_S):
                    self._held(switch)
            if self._section == "PRESET" and now_s - self._active_s > CHOICE_S:
                self._show(self._came_from, self._views.get(self._came_from, 0))

    def _held(self, switch: str) -> None:
        self._used.add(switch)
        if switch == "LOCK":
            self._locked = not self._locked
            self._say("LOCKED" if self._locked else "UNLOCKED")
        elif switch in ("BYPASS", "FOOT", "AB"):
            self._listening.hold(switch)
        elif switch == "PRESET":
            self._show(self._came_from, self._views.get(self._came_from, 0))
            self._listening.compare(switch)
        elif switch == "PAGE" or switch in BY_KEY:
            self._show("MASTER")
        elif switch.startswith("PUSH"):
            self._held_knob(int(switch[4:]))

    def _held_knob(self, number: int) -> None:
        does = self.knob(number)
        if does is None:
            return
        self._touched[number] = self._clock()
        if does.listen:
            self._listening.listen(f"PUSH{number}", does.listen, self._own.band(self._section))
        elif does.id:
            param = BY_ID[does.id]
            self._edits.change(does.id, lambda _: param.default)
        elif does.own:
            self._own.reset(does.own)

    def _say(self, message: str, seconds: float = MESSAGE_S) -> None:
        self._message = (message, self._clock() + seconds - MESSAGE_S)

    # -- for the display -------------------------------------------------------------------------------------------

    def face(self) -> Face:
        """The state to display."""
        with self._lock:
            now_s = self._clock()
            message, said_s = self._message
            values = self._store.snapshot()
            newest = max(self._touched.values(), default=-TOUCH_S)
            place = self.section.views.index(self.view)
            return Face(
                self._section,
                self.view.name,
                (place + 1, len(self.section.views)),
                tuple(self._cell(number, values, now_s, newest) for number in range(1, 7)),
                self._own.band(self._section),
                self.shifted,
                self._presets.face() if self._section == "PRESET" else None,
                message if now_s - said_s < MESSAGE_S else "",
                self._listening.what or self._learning.what,
                self._locked,
                now_s - self._active_s > REST_S,
                self._own.target_lufs,
                self._own.scale_lu,
                self._own.window_s,
            )

    def _cell(self, number: int, values: dict, now_s: float, newest_s: float) -> Cell | None:
        does = self.knob(number)
        if does is None:
            return None
        when_s = self._touched.get(number, -TOUCH_S)
        # With both hands at once, the values that were turned last are enlarged, not those of a moment ago.
        touched = now_s - when_s < TOUCH_S and newest_s - when_s < TOUCH_S / 2
        fine = f"PUSH{number}" in self._down
        if does.own:
            shown = self._own.cell(does, self._section, values)
            return replace(shown, touched=touched and self._section != "PRESET", fine=fine)
        if not does.id:
            return Cell(does.label, "push")
        lit = all(
            values[switch] for switch in (does.tap, *does.wakes) if switch and not switch.endswith(("bypass", "mute"))
        )
        bands = int(BAND_COUNTS[int(values["multiband.bands"])])
        if does.id in [f"multiband.x{n}_hz" for n in range(bands, 5)]:
            return Cell(does.label, "unused", lit=False)
        if not touched and unused_by_type(does.id, values):
            return Cell(does.label, "unused", lit=False)
        shown = does.id == does.tap or does.label in ("MAKE-UP", "HOLD") or lit
        return cell(does.label, BY_ID[does.id], values[does.id], touched=touched, fine=fine, lit=shown)
