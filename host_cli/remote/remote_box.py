"""RemoteBox: the parameters of a box for a remote control, which sets values and follows the changes of others."""

import logging
import time
from collections.abc import Callable, Mapping

from firmware.contract import BY_ID, Param
from host_cli.box import hold_box
from host_cli.errors import CliFail, LinkLost, Refused

log = logging.getLogger(__name__)

#: Seconds between two looks at the remote control, and between attempts to find a box that was unplugged.
WAIT_S, RETRY_S = 0.005, 1.0


class RemoteBox:
    """The box behind `client` (a BoxClient). `values` are its present values as floats, by id."""

    def __init__(self, client):
        self._client = client
        self.values: dict[str, float] = {}
        self.refresh()

    def refresh(self) -> dict[str, float]:
        """Read all values; returns them."""
        self.values = self._floats(self._client.get())
        return dict(self.values)

    def param(self, id: str) -> Param | None:
        """The parameter with this id, if both the box and this tool have it."""
        return self._client.table.get(id) if id in BY_ID else None

    def _floats(self, plain: Mapping) -> dict[str, float]:
        known = {id: self.param(id) for id in plain}
        return {id: param.check(plain[id]) for id, param in known.items() if param is not None}

    def set(self, values: Mapping[str, float]) -> dict[str, str]:
        """Set as many of `values` as the box accepts. Returns the reasons for the others, by id."""
        plain = {id: self.param(id).to_plain(value) for id, value in values.items() if self.param(id) is not None}
        if not plain:
            return {}
        try:
            self._take(plain)
            return {}
        except Refused as why:
            if len(plain) == 1:
                return dict.fromkeys(plain, str(why))
        refused = {}
        for id, value in plain.items():
            try:
                self._take({id: value})
            except Refused as why:
                refused[id] = str(why)
        return refused

    def _take(self, plain: dict) -> None:
        self.values |= self._floats(self._client.set(plain).new)

    def load(self, preset: str | int) -> dict[str, float]:
        """Load a preset by its name, or by its slot from 1; returns all values. Raises Refused."""
        if isinstance(preset, int):
            by_slot = {row.slot: row.name for row in self._client.presets()}
            if preset not in by_slot or preset == 0:
                raise Refused(
                    f"there is no slot {preset}: the box has {max(by_slot, default=0)} presets", "not_found", {}
                )
            preset = by_slot[preset]
        self._client.load(preset)
        return self.refresh()

    def changed(self, change: dict) -> dict[str, float]:
        """The new values of a notification, without those that this client has set. After an interruption: all values."""
        if not change["values"]:
            return self.refresh() if change["source"] == "restore" else {}
        if self._client.made(change):
            return {}
        values = self._floats(change["values"])
        self.values |= values
        return values


def follow_box(
    device: str | None,
    timeout_s: float,
    begin: Callable[[RemoteBox], None],
    step: Callable[[RemoteBox, dict[str, float]], None],
    stopping: Callable[[], bool] = lambda: False,
) -> None:
    """Call `begin(box)` once per connection, and `step(box, changed)` every WAIT_S or when values have changed. A box that is unplugged
    is awaited. Raises CliFail if the first connection fails."""
    connected = False
    while not stopping():
        try:
            with hold_box(device, timeout_s) as client:
                stream = client.follow(WAIT_S)
                next(stream)  # subscribes, so that no change after the first values is missed
                box = RemoteBox(client)
                connected = True
                begin(box)
                for change in stream:
                    step(box, box.changed(change) if change else {})
                    if stopping():
                        return
        except LinkLost as why:
            if not connected:
                raise
            log.warning("%s", why)
        except CliFail:
            if not connected:
                raise
        time.sleep(RETRY_S)
