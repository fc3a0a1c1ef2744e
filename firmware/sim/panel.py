"""A simulated front panel: converts commands into edges on gpiozero's mock pins, which the panel code reads like real ones.

turn 1 +3     turn knob 1 by three detents clockwise
press AB      press a button by its name; `press 1` pushes knob 1
release AB    release it
"""

import random
import time

from gpiozero.pins.mock import MockFactory, MockPin

from firmware.contract import BurnishError
from firmware.system import Board

#: Phases A and B (closed = 1) along one cycle, clockwise.
_CYCLE = ((1, 0), (1, 1), (0, 1), (0, 0))


class SimPanelError(BurnishError, ValueError):
    """The line is not a valid command. The message lists the valid ones."""


class _WatchedPin(MockPin):
    """A mock pin that calls `on_change` when its level changes, for the simulated chip at this pin."""

    on_change = None

    def _change_state(self, value):
        changed = super()._change_state(value)
        if changed and self.on_change is not None:
            self.on_change(bool(value))
        return changed


class SimPanel:
    """The panel's electrical side. Give `pin_factory` to `Panel`, `Relay` and every other user of pins.

    A closed contact pulls its pin low, as on the board. The shift registers are modelled bit by bit.
    """

    def __init__(self, board: Board):
        self._board = board
        self.pin_factory = MockFactory(pin_class=_WatchedPin)
        self._closed: set[str] = set()
        #: Returns whether the coils of the bypass relays carry current.
        self.relays_on = lambda: False
        self._shifting: list[bool] = []
        scan = board.scan
        self._load = self._pin(scan.load)
        self._data = self._pin(scan.data)
        self._load.on_change = self._loaded
        self._pin(scan.clock).on_change = self._clocked

    def _pin(self, name: str) -> _WatchedPin:
        return self.pin_factory.pin(self._board[name].bcm)

    # -- the shift registers ---------------------------------------------------------------------------------------

    def _loaded(self, level: bool) -> None:
        if not level:  # transparent while low
            names = {bit: name for name, bit in self._board.scan.switch.items()}
            closed = self._closed | ({"RELAY_SENSE"} if self.relays_on() else set())
            self._shifting = [names.get(bit) not in closed for bit in range(self._board.scan.bits)]
            self._show()

    def _clocked(self, level: bool) -> None:
        if level and self._load.state:
            self._shifting = [*self._shifting[1:], True]
            self._show()

    def _show(self) -> None:
        level = self._shifting[0] if self._shifting else True
        (self._data.drive_high if level else self._data.drive_low)()

    # -- operation -------------------------------------------------------------------------------------------------

    def press(self, switch: str) -> None:
        """Close a switch. The panel detects it two scans later."""
        self._closed.add(self._switch(switch))

    def release(self, switch: str) -> None:
        """Open a switch."""
        self._closed.discard(self._switch(switch))

    def _switch(self, name: str) -> str:
        name = name.upper().replace("/", "")
        name = f"PUSH{name}" if name.isdigit() else name
        if name not in self._board.scan.switch:
            raise SimPanelError(
                f"there is no switch {name}; switches are 1 to 6 and {', '.join(self._board.scan.switch)}"
            )
        return name

    def turn(self, knob: int, detents: int, *, edge_s: float = 0.0, bounce: random.Random | None = None) -> None:
        """Turn a knob. `edge_s` is the time between edges in seconds; `bounce` makes both contacts bounce at every edge."""
        row = next((row for row in self._board.encoder if row.number == knob), None)
        if row is None:
            raise SimPanelError(f"there is no knob {knob}; knobs are 1 to {len(self._board.encoder)}")
        cycle = _CYCLE if detents > 0 else tuple((a, b) for b, a in _CYCLE)
        pins = (self._pin(row.a), self._pin(row.b))
        for _ in range(abs(detents)):
            for closed in cycle:
                for pin, now in zip(pins, closed, strict=True):
                    for _ in range(2 * bounce.randrange(5) if bounce else 0):
                        self._drive(pin, not pin.state)
                    self._drive(pin, not now)
                if edge_s:
                    time.sleep(edge_s)

    @staticmethod
    def _drive(pin, high: bool) -> None:
        (pin.drive_high if high else pin.drive_low)()

    # -- commands -----------------------------------------------------------------------------------------------------

    def do(self, line: str) -> None:
        """Carry out one command. Raises SimPanelError."""
        words = line.split()
        try:
            if words[0] == "turn" and len(words) == 3:
                knob, detents = int(words[1]), int(words[2])
                if abs(detents) > 1000:
                    raise SimPanelError(f"the number of detents cannot be {detents}: allowed are -1000 to +1000")
                self.turn(knob, detents)
                return
            if words[0] in ("press", "release") and len(words) == 2:
                (self.press if words[0] == "press" else self.release)(words[1])
                return
        except SimPanelError:
            raise
        except (IndexError, ValueError):
            pass
        raise SimPanelError(f"{line!r} is not one of: turn KNOB DETENTS, press SWITCH, release SWITCH")
