"""A front panel on mock pins, operated as a person would: key presses, pushes, turns to a value. It counts actions."""

import re

from firmware.contract import BY_ID
from firmware.panel.controls import PanelControls
from firmware.panel.operation import HOLD_S, LOCK_S, PanelController, PanelOptions
from firmware.presets import PresetLibrary
from firmware.settings import Store
from firmware.sim import SimPanel
from firmware.system import board

#: Time between two clicks of a knob that is turned to a value with care, in seconds: slow enough for no acceleration.
CLICK_S = 0.06
MOST_CLICKS = 400


class PanelRig:
    """The panel of profile `panel` with a clock that the test sets. `actions` counts what `do` carries out."""

    def __init__(self, user_dir, panel="b", options: PanelOptions | None = None, rate_hz=48000, learn=None):
        self.now_s = 100.0
        self.actions = 0
        self.board = board.load(panel=panel)
        self.sim = SimPanel(self.board)
        self.store = Store(rate_hz=rate_hz, clock=self._clock)
        self.library = PresetLibrary(user_dir)
        self.controller = PanelController(self.store, self.library, self._clock, options, learn)
        self.controls = PanelControls(self.board, self.controller, self.sim.pin_factory)

    def _clock(self) -> float:
        return self.now_s

    @property
    def face(self):
        return self.controller.face()

    def wait(self, seconds: float) -> None:
        self.now_s += seconds
        self.pump()

    def pump(self) -> None:
        self.controls.pump()
        self.controls.pump()  # a switch has changed after two equal scans

    def line(self, line: str) -> None:
        """A command of the simulated panel."""
        self.sim.do(line)
        self.pump()

    # -- actions ---------------------------------------------------------------------------------------------------

    def do(self, *actions: str) -> None:
        """Carry out actions: "press EQ", "hold SHIFT", "release SHIFT", "long BYPASS" (hold it, then release), "push 1", "long 1",
        "turn 3 to 250", "turn 1 by +2", "push and turn 4 to -3.2". A release is part of the press and does not count."""
        for action in actions:
            self.now_s += 0.5
            words = action.split()
            if words[0] == "release":
                self.line(f"release {words[1]}")
                continue
            self.actions += 1
            if words[0] in ("press", "push"):
                if words[1:3] == ["and", "turn"]:
                    self.actions += 1
                    self.line(f"press {words[3]}")
                    self._turn(int(words[3]), " ".join(words[4:]))
                    self.line(f"release {words[3]}")
                else:
                    self.line(f"press {words[1]}")
                    self.now_s += 0.1
                    self.line(f"release {words[1]}")
            elif words[0] == "hold":
                self.line(f"press {words[1]}")
            elif words[0] == "long":
                self.line(f"press {words[1]}")
                self.wait(LOCK_S + 0.1 if words[1] == "LOCK" else HOLD_S + 0.1)
                self.line(f"release {words[1]}")
            elif words[0] == "turn":
                self._turn(int(words[1]), " ".join(words[2:]))
            else:
                raise ValueError(f"no action {action!r}")

    def _turn(self, knob: int, what: str) -> None:
        if by := re.fullmatch(r"by ([+-]\d+)", what):
            for _ in range(abs(int(by[1]))):
                self._click(knob, 1 if int(by[1]) > 0 else -1)
            return
        wanted = what.removeprefix("to ")
        does = self.controller.knob(knob)
        way = 1 if self._distance(does, wanted, knob) > 0 else -1
        for _ in range(MOST_CLICKS):
            distance = self._distance(does, wanted, knob)
            if abs(distance) < 1e-6:
                return
            if distance * way < 0:
                raise AssertionError(f"knob {knob} passes {wanted} of {does.id or does.own}: it does not stop there")
            self._click(knob, way)
        raise AssertionError(f"knob {knob} does not reach {wanted} of {does.id or does.own}")

    def _distance(self, does, wanted: str, knob: int) -> float:
        if does.own == "choose":
            face = self.face.preset
            return face.names.index(wanted) - face.index
        if does.own:
            return float(wanted) - float(self.face.cells[knob - 1].text.split()[0])
        return BY_ID[does.id].parse(wanted) - self.store.get(does.id)

    def _click(self, knob: int, way: int) -> None:
        self.now_s += CLICK_S
        self.line(f"turn {knob} {way:+}")
