"""StateFile: keeps the values of the store over a restart of the control process and over a power cut."""

import json
import logging
import time
from pathlib import Path

from firmware.contract import ParamError, protocol, remove_leftovers, write_atomic
from firmware.system import SharedMemory

from .store import Store

log = logging.getLogger(__name__)

#: The file is written when nothing has changed for this long, to avoid wear of the memory card, in seconds.
QUIET_S = 2.0


class StateFile:
    """Saves `store` in shared memory at each change, and in the file at `path` soon after. [control]

    A file that cannot be read is renamed and never overwritten.
    """

    def __init__(self, store: Store, shared: SharedMemory, path: Path, now=time.monotonic):
        self._store = store
        self._shared = shared
        self._path = path
        self._now = now
        self._changed_at: float | None = None

    def restore(self) -> str:
        """Restore the newest state into the store, and save changes from now on. Returns where the state came from."""
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
        """Write the file if the last change is old enough. Call this a few times a second."""
        if self._changed_at is not None and self._now() - self._changed_at >= QUIET_S:
            self.save()

    def save(self) -> None:
        """Write the file now if anything has changed. A full or read-only disk is logged, and does not raise."""
        if self._changed_at is None:
            return
        self._changed_at = None
        try:
            write_atomic(self._path, json.dumps(self._store.dump(), indent=1).encode())
        except OSError as error:
            log.warning("the state could not be saved: %s", error)
