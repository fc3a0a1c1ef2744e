"""StateFile: the store's values over a restart of the control process and over a power cut."""

import json
import logging
import time
from pathlib import Path

from firmware.contract import ParamError, protocol, remove_leftovers, write_atomic
from firmware.system import SharedMemory

from .store import Store

log = logging.getLogger(__name__)

#: The file is written when nothing has been changed for this long, so that a turned knob does not wear the card out.
QUIET_S = 2.0


class StateFile:
    """[control] Keeps `store` in shared memory at each change, and in `path` soon after. A file that cannot be read is set
    aside, never overwritten."""

    def __init__(self, store: Store, shared: SharedMemory, path: Path, now=time.monotonic):
        self._store = store
        self._shared = shared
        self._path = path
        self._now = now
        self._changed_at: float | None = None

    def restore(self) -> str:
        """Give the store the newest state there is, and keep it from now on. Returns where it came from."""
        remove_leftovers(self._path.parent)
        source = "defaults"
        for name, read in (("shared memory", self._shared.read_state), ("file", self._read_file)):
            if (text := read()) is None:
                continue
            try:
                self._store.restore(json.loads(text))
            except (ParamError, KeyError, TypeError, ValueError) as error:
                log.warning("the state in %s cannot be used: %s", name, error)
                if name == "file":
                    self._set_aside()
                continue
            source = name
            break
        self._store.subscribe(self._note)
        self._note({}, self._store.rev, protocol.RESTORE)
        return source

    def _read_file(self) -> bytes | None:
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            return None

    def _set_aside(self) -> None:
        aside = self._path.with_name(f"{self._path.name}.corrupt-{time.time_ns()}")
        self._path.rename(aside)
        log.warning("it is kept as %s", aside)

    def _note(self, changed, rev, source) -> None:
        self._shared.write_state(json.dumps(self._store.dump(), separators=(",", ":")).encode())
        self._changed_at = self._now()

    def tick(self) -> None:
        """Write the file if a change is old enough. Call some times a second."""
        if self._changed_at is not None and self._now() - self._changed_at >= QUIET_S:
            self.save()

    def save(self) -> None:
        """Write the file now, if there is something new. A full or read-only disk is logged, not raised."""
        if self._changed_at is None:
            return
        self._changed_at = None
        try:
            write_atomic(self._path, json.dumps(self._store.dump(), indent=1).encode())
        except OSError as error:
            log.warning("the state could not be saved: %s", error)
