"""Knobs and buttons: turns the edges of gpiozero's pins into events for `PanelController`.

gpiozero makes a callback in the thread of lgpio for each edge of an encoder, in the order of the Linux kernel's time stamps
over all pins (lgPthAlerts.c sorts them). The callback decodes the edge, which takes microseconds, and puts complete detents
into a queue. The thread of the panel scans the switches and passes all events to the controller in their order. [control]
"""

import logging
import queue
import threading

from gpiozero import DigitalInputDevice, InputDevice, OutputDevice

from firmware.system import Board, Pin

from .operation import PanelController
from .quadrature import Quadrature

log = logging.getLogger(__name__)

#: Time between scans, in seconds. A change of a switch counts when two scans agree, because contacts bounce for up to 10 ms. A press
#: of 34 ms is therefore always detected, and a press that is shorter than 17 ms is never detected. A finger closes a key for 50 ms or more; more scans
#: would take more processor time than the knobs.
SCAN_S = 1 / 60

#: Inputs of the shift registers that are not buttons.
_SENSES = {"RELAY_SENSE"}


def _input(device: type, pin: Pin, pin_factory):
    pull_up = {"up": True, "down": False, "none": None}[pin.pull]
    active = (pin.active == "high") if pull_up is None else None
    return device(pin.bcm, pull_up=pull_up, active_state=active, pin_factory=pin_factory)


class Knob:
    """One encoder. `on_detents(detents)` is called from gpiozero's thread."""

    def __init__(self, a: Pin, b: Pin, detents_per_cycle: int, on_detents, pin_factory=None):
        self._on_detents = on_detents
        self._lock = threading.Lock()  # edges of A and B may come from two threads
        self._edges = 0
        self._compared = self._quiet = (
            0  # edges at the last comparison with the levels, and at the last call of `settle`
        )
        self._phases = []
        try:
            for pin in (a, b):
                self._phases.append(_input(DigitalInputDevice, pin, pin_factory))
            self._quadrature = Quadrature(detents_per_cycle, self._state())
            for phase, device in enumerate(self._phases):
                # The edge is taken from the event, because the pin may have changed again by now.
                device.when_activated = lambda phase=phase: self._edge(phase, True)
                device.when_deactivated = lambda phase=phase: self._edge(phase, False)
        except BaseException:
            self.close()
            raise

    def _edge(self, phase: int, closed: bool) -> None:
        with self._lock:
            self._edges += 1
            detents = self._quadrature.edge(phase, closed)
        if detents:
            self._on_detents(detents)

    def _state(self) -> int:
        return 2 * self._phases[0].value + self._phases[1].value

    def settle(self) -> None:
        """Compare the state with the levels of the pins if edges arrived before the last call and none have arrived since. An edge may
        have been lost."""
        edges = self._edges
        quiet, self._quiet = edges == self._quiet, edges
        if not quiet or edges == self._compared:
            return
        state = self._state()
        with self._lock:
            if self._edges != edges:
                return  # the knob is turning again
            self._compared = edges
            detents = self._quadrature.settle(state)
        if detents:
            self._on_detents(detents)

    def close(self) -> None:
        for device in self._phases:
            device.close()


class Switches:
    """The shift registers. `scan()` returns the names of the closed switches."""

    def __init__(self, board: Board, pin_factory=None):
        scan = board.scan
        self._names = {bit: name for name, bit in scan.switch.items()}
        self._closed_level = scan.active == "high"
        self._bits = scan.bits
        self._devices = []
        try:
            for pin, initial in ((board[scan.load], True), (board[scan.clock], False)):
                self._devices.append(OutputDevice(pin.bcm, initial_value=initial, pin_factory=pin_factory))
            self._devices.append(_input(InputDevice, board[scan.data], pin_factory))
        except BaseException:
            self.close()
            raise
        self._load, self._clock, self._data = (device.pin for device in self._devices)

    def scan(self) -> frozenset[str]:
        closed = set()
        self._load.state = 0
        self._load.state = 1
        for bit in range(self._bits):
            if bool(self._data.state) == self._closed_level and bit in self._names:
                closed.add(self._names[bit])
            self._clock.state = 1  # the registers shift at the rising edge
            self._clock.state = 0
        return frozenset(closed)

    def close(self) -> None:
        for device in self._devices:
            device.close()


class PanelControls:
    """All knobs and switches of a board, connected to a controller. `pin_factory` is a pin factory of gpiozero; None selects that of the
    Pi. A context manager.

    `start()` starts a thread that calls `pump()` for each scan. Without this thread, call `pump()` yourself.
    """

    def __init__(self, board: Board, controller: PanelController, pin_factory=None):
        self._controller = controller
        self._events: queue.SimpleQueue = queue.SimpleQueue()
        self._closed: frozenset[str] = frozenset()
        self._candidate: frozenset[str] = frozenset()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._parts: list = []
        self._knobs: list[Knob] = []
        #: The number of rounds so far. It increases while the thread runs.
        self.rounds = 0
        #: The number of complete scans of the switches so far.
        self.scans = 0
        #: Whether the coils of the relays carry current, as read through the shift registers.
        self.relay_sensed = False
        try:
            for row in board.encoder:

                def turned(detents, knob=row.number):
                    self._events.put((knob, detents))

                knob = Knob(board[row.a], board[row.b], row.detents_per_cycle, turned, pin_factory)
                self._knobs.append(knob)
                self._parts.append(knob)
            self._switches = Switches(board, pin_factory)
            self._parts.append(self._switches)
        except BaseException:
            self.close()
            raise

    def pump(self) -> None:
        """Do one round: pass on the detents so far, scan the switches once, and call the tick of the controller."""
        for knob in self._knobs:
            knob.settle()
        while not self._events.empty():
            self._controller.turn(*self._events.get())
        scanned = self._switches.scan()
        settled = scanned & self._candidate | self._closed & (scanned | self._candidate)
        self._candidate = scanned
        self.relay_sensed = "RELAY_SENSE" in settled
        self.scans += 1
        for name in sorted(settled - self._closed - _SENSES):
            self._controller.press(name)
        for name in sorted(self._closed - settled - _SENSES):
            self._controller.release(name)
        self._closed = settled
        self._controller.tick()

    def start(self) -> None:
        """Start the thread."""
        self._thread = threading.Thread(target=self._run, name="panel", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(SCAN_S):
            self.rounds += 1
            try:
                self.pump()
            except Exception:  # an error in the handling of one event must not stop the panel
                log.exception("the panel failed")

    def close(self) -> None:
        """Stop the thread and free the pins."""
        self._stop.set()
        if self._thread:
            self._thread.join()
        for part in self._parts:
            part.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
