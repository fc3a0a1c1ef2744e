"""MidiBridge: a MIDI controller at the laptop controls the box and is told about changes. `learn` assigns a control."""

import logging
import time
from collections.abc import Callable, Mapping

from firmware.contract import ControlChange, MidiControl, MidiParser, assignable
from host_cli.errors import Refused

from .remote_box import RemoteBox

log = logging.getLogger(__name__)

#: Shortest time between two groups of messages to the controller, in seconds.
FEEDBACK_S = 1 / 30


class MidiBridge:
    """Connects `ports` (a MidiPorts) to a box; see `follow_box` for `begin` and `step`. Arguments: see `MidiControl`."""

    def __init__(
        self, ports, controls: Mapping[int, str] | None = None, channel: int | None = None, pickup: bool = False
    ):
        self._ports = ports
        self._box: RemoteBox | None = None
        self._parser = MidiParser()
        self._control = MidiControl(lambda id: self._box.values[id], controls=controls, channel=channel, pickup=pickup)
        self._untold: dict[str, float] = {}
        self._next_feedback = 0.0

    def begin(self, box: RemoteBox) -> None:
        """A connection to the box has begun: the controller is told all values."""
        self._box = box
        self._untold = dict(box.values)

    def step(self, box: RemoteBox, changed: Mapping[str, float]) -> None:
        """Pass on what has arrived from the controller, and tell it about `changed`."""
        self._untold |= changed
        for action in self._control.receive(self._parser.feed(self._ports.read())):
            if isinstance(action, int):
                self._load(box, action + 1)
            else:
                for id, why in box.set(action).items():
                    log.warning("MIDI: %s", why)
                    if id in box.values:
                        self._untold[id] = box.values[id]  # the controller shows the value that stays
        if self._untold and time.monotonic() >= self._next_feedback:
            self._next_feedback = time.monotonic() + FEEDBACK_S
            self._ports.write(self._control.feedback(self._untold))
            self._untold = {}

    def _load(self, box: RemoteBox, slot: int) -> None:
        try:
            self._untold |= box.load(slot)
        except Refused as why:
            log.warning("MIDI: %s", why)


def learn(ports, stopping: Callable[[], bool] = lambda: False) -> int | None:
    """The number of the next control that is moved and can be assigned; None if `stopping()` becomes true."""
    parser = MidiParser()
    while not stopping():
        for message in parser.feed(ports.read()):
            if isinstance(message, ControlChange) and assignable(message.control):
                return message.control
        time.sleep(0.01)
    return None
