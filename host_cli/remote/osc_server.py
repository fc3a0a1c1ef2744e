"""OscServer: sets parameters by OSC messages over UDP, and tells subscribers about changes as long as their leases last."""

import logging
import math
import socket
import time
from collections.abc import Callable, Mapping

from firmware.contract import Param
from host_cli.errors import BUSY, CliFail, Refused

from .osc_addresses import ADDRESSES, ROOT, address_of
from .osc_packets import MOST_BYTES, BadPacket, messages_of, packet
from .remote_box import RemoteBox

log = logging.getLogger(__name__)

#: The port without --port.
PORT = 9123
#: Seconds for which a subscription lasts without its own time, and at most.
LEASE_S, MOST_LEASE_S = 10.0, 3600.0
#: The most subscribers at a time, and the most packets that are handled at once.
MOST_SUBSCRIBERS, MOST_AT_ONCE = 16, 200
#: Shortest time between two groups of values for subscribers, in seconds.
FEEDBACK_S = 1 / 30
#: Bad packets are logged once in this time, with their number, in seconds.
LOG_S = 1.0


class OscServer:
    """Listens at `address` and UDP `port` (0: any free port); see `follow_box` for `begin` and `step`. A context manager.

    Raises CliFail if the port is in use. A bad packet is one line in the log.
    """

    def __init__(self, address: str = "127.0.0.1", port: int = PORT, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._socket = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.bind((address, port))
        except OSError as why:
            self._socket.close()
            raise CliFail(
                f"cannot listen on {address} UDP port {port}: {why.strerror}; give another --port", BUSY
            ) from None
        self._socket.setblocking(False)
        self.port = self._socket.getsockname()[1]
        #: When the lease of each subscriber ends, by its address.
        self._leases: dict[tuple, float] = {}
        self._untold: dict[str, float] = {}
        #: The subscriber that has set a value last, which is not told about it, by id.
        self._setters: dict[str, tuple[tuple, float]] = {}
        self._next_feedback = 0.0
        self._bad = 0
        self._next_log = -math.inf
        self._commands = {f"{ROOT}/subscribe": self._subscribe, f"{ROOT}/unsubscribe": self._unsubscribe,
                          f"{ROOT}/preset": self._preset, f"{ROOT}/get": self._all}  # fmt: skip

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def begin(self, box: RemoteBox) -> None:
        """A connection to the box has begun: subscribers are told all values."""
        self._untold = dict(box.values)

    def step(self, box: RemoteBox, changed: Mapping[str, float]) -> None:
        """Handle the packets that have arrived, and tell subscribers about `changed`."""
        self._untold |= changed
        for id in changed:
            self._setters.pop(id, None)
        for _ in range(MOST_AT_ONCE):
            try:
                data, sender = self._socket.recvfrom(MOST_BYTES + 1)
            except (BlockingIOError, ConnectionError):  # ConnectionError: Windows, after a subscriber has gone
                break
            self._receive(box, data, sender)
        now = self._clock()
        if self._untold and now >= self._next_feedback:
            self._next_feedback = now + FEEDBACK_S
            self._tell(box, now)

    # -- packets ------------------------------------------------------------------------------------------------------

    def _receive(self, box: RemoteBox, data: bytes, sender: tuple) -> None:
        try:
            if len(data) > MOST_BYTES:
                raise BadPacket(f"it is longer than {MOST_BYTES} bytes")
            messages = messages_of(data)
        except BadPacket as why:
            self._complain(sender, why)
            return
        for address, arguments in messages:
            try:
                self._handle(box, address, arguments, sender)
            except Refused as why:
                self._complain(sender, why)
                self._send(sender, f"{ROOT}/error", address, str(why))

    def _handle(self, box: RemoteBox, address: str, arguments: list, sender: tuple) -> None:
        if command := self._commands.get(address):
            command(box, arguments, sender)
            return
        id = ADDRESSES.get(address)
        param = box.param(id) if id else None
        if param is None:
            raise Refused(f"there is no address {address[:80]!r}: docs/REMOTE.md lists them", "unknown_path", {})
        if not arguments:  # a question
            self._send(sender, address, _argument(param, box.values[id]))
            return
        value = _value(param, arguments)
        refused = box.set({id: value})
        if refused:
            raise Refused(refused[id], "range", {})
        self._untold[id] = box.values[id]
        self._setters[id] = (sender, box.values[id])

    def _subscribe(self, box: RemoteBox, arguments: list, sender: tuple) -> None:
        """Begin or renew a lease; a new subscriber is told all values."""
        seconds = arguments[0] if arguments else LEASE_S
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 < seconds <= MOST_LEASE_S:
            raise Refused(
                f"a subscription cannot last {seconds!r}: allowed is up to {MOST_LEASE_S:g} seconds", "range", {}
            )
        now = self._clock()
        self._leases = {who: end for who, end in self._leases.items() if end > now}
        if sender not in self._leases and len(self._leases) >= MOST_SUBSCRIBERS:
            raise Refused(f"there are {MOST_SUBSCRIBERS} subscribers already", "busy", {})
        new = sender not in self._leases
        self._leases[sender] = now + seconds
        if new:
            self._all(box, [], sender)

    def _unsubscribe(self, box: RemoteBox, arguments: list, sender: tuple) -> None:
        self._leases.pop(sender, None)

    def _preset(self, box: RemoteBox, arguments: list, sender: tuple) -> None:
        """Load a preset by name, or by slot from 1."""
        if len(arguments) != 1 or isinstance(arguments[0], bool) or not isinstance(arguments[0], (str, int, float)):
            raise Refused(f"{ROOT}/preset needs the name of a preset or the number of a slot", "bad_params", {})
        preset = arguments[0]
        if isinstance(preset, float):
            preset = int(preset) if math.isfinite(preset) else 0
        self._untold |= box.load(preset)
        self._setters.clear()

    def _all(self, box: RemoteBox, arguments: list, sender: tuple) -> None:
        for id, value in box.values.items():
            self._send(sender, address_of(id), _argument(box.param(id), value))

    # -- subscribers --------------------------------------------------------------------------------------------------

    def _tell(self, box: RemoteBox, now: float) -> None:
        told, self._untold = self._untold, {}
        self._leases = {who: end for who, end in self._leases.items() if end > now}
        for id, value in told.items():
            setter = self._setters.pop(id, None)
            for who in self._leases:
                if setter != (who, value):
                    self._send(who, address_of(id), _argument(box.param(id), value))

    def _send(self, to: tuple, address: str, *arguments) -> None:
        try:
            self._socket.sendto(packet(address, *arguments), to)
        except OSError as why:
            log.debug("OSC: cannot send to %s: %s", to[0], why)

    def _complain(self, sender: tuple, why: Exception) -> None:
        """Log at most one line per LOG_S."""
        self._bad += 1
        if self._clock() >= self._next_log:
            more = f" ({self._bad} bad packets since the last line)" if self._bad > 1 else ""
            log.warning("OSC: a packet from %s was ignored: %s%s", sender[0], str(why).splitlines()[0], more)
            self._bad, self._next_log = 0, self._clock() + LOG_S


def _value(param: Param, arguments: list) -> float:
    """The value of a message: a number in the unit of the parameter, true or false, or a word. Raises Refused."""
    if len(arguments) != 1 or not isinstance(arguments[0], (bool, int, float, str)):
        raise Refused(f"{param.id} needs one value: {param.allowed}", "bad_params", {})
    value = arguments[0]
    if param.kind == "switch" and isinstance(value, (int, float)):
        value = bool(value) if value in (0, 1) else value
    if isinstance(value, float) and param.kind == "number" and abs(value - param.to_plain(value) if math.isfinite(value) else 1) < 1e-4 * max(1, abs(value)):  # fmt: skip
        value = param.to_plain(value)  # floats of OSC have 32 bits: 1.1 arrives as 1.10000002
    try:
        return param.check(value)
    except ValueError as why:
        raise Refused(str(why), "range", {}) from None


def _argument(param: Param, value: float):
    """A value as an argument: a float, 0 or 1, or a word."""
    plain = param.to_plain(value)
    return int(plain) if isinstance(plain, bool) else float(plain) if param.kind == "number" else plain
