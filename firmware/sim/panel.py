"""Virtual fingers: turns scripted lines into edges on gpiozero's mock pins. The panel above does not know.

turn 1 +3     knob 1, three detents clockwise
press AB      a button, by name; `press 1` pushes knob 1
release AB
"""

import random
import time

from gpiozero.pins.mock import MockFactory, MockPin

from firmware.contract import BurnishError
from firmware.system import Board

#: Phases A and B (closed = 1) along one cycle, clockwise.
_CYCLE = ((1, 0), (1, 1), (0, 1), (0, 0))


class SimPanelError(BurnishError, ValueError):
    """A line that is no command; the message says what is."""


class _WatchedPin(MockPin):
    """A mock pin that tells when it changes, as an output does to the chip it is wired to."""

    on_change = None

    def _change_state(self, value):
        changed = super()._change_state(value)
        if changed and self.on_change is not None:
            self.on_change(bool(value))
        return changed


class SimPanel:
    """The panel's electrical side. Give `pin_factory` to `Panel`, `Relay` and every other user of pins.

    Closed contacts pull low, as on the board; the shift registers are modelled bit by bit.
    """

    def __init__(self, board: Board):
        self._board = board
        self.pin_factory = MockFactory(pin_class=_WatchedPin)
        self._closed: set[str] = set()
        #: Tells whether the coils of the bypass relays carry current.
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

    # -- fingers ---------------------------------------------------------------------------------------------------

    def press(self, switch: str) -> None:
        """Close a switch. It is seen two scans later."""
        self._closed.add(self._switch(switch))

    def release(self, switch: str) -> None:
        """Open a switch."""
        self._closed.discard(self._switch(switch))

    def _switch(self, name: str) -> str:
        name = name.upper().replace("/", "")
        name = f"PUSH{name}" if name.isdigit() else name
        if name not in self._board.scan.switch:
            raise SimPanelError(f"no switch {name}: there are 1 to 6 and {', '.join(self._board.scan.switch)}")
        return name

    def turn(self, knob: int, detents: int, *, edge_s: float = 0.0, bounce: random.Random | None = None) -> None:
        """Turn a knob. `edge_s`: seconds between edges; `bounce`: makes both contacts bounce at every edge."""
        row = next((row for row in self._board.encoder if row.number == knob), None)
        if row is None:
            raise SimPanelError(f"no knob {knob}: there are 1 to {len(self._board.encoder)}")
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

    # -- lines -----------------------------------------------------------------------------------------------------

    def do(self, line: str) -> None:
        """One scripted line. Raises SimPanelError."""
        words = line.split()
        try:
            if words[0] == "turn" and len(words) == 3:
                knob, detents = int(words[1]), int(words[2])
                if abs(detents) > 1000:
                    raise SimPanelError(f"{detents} detents: allowed are -1000 to +1000")
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
