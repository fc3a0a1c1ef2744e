"""StateFile: keeps the values of the store over a restart of the control process and over a power cut."""

import json
import logging
import time
from pathlib import Path

from firmware.contract import protocol, read_regular, remove_leftovers, write_atomic
from firmware.system import STATE_BYTES, SharedMemory

from .store import Store

log = logging.getLogger(__name__)

#: The file is written when nothing has changed for this long, to avoid wear of the memory card, in seconds.
QUIET_S = 2.0
#: Time between two attempts to write it, in seconds.
RETRY_S = 5.0


class StateFile:
    """Saves `store` in shared memory at each change, and in the file at `path` soon after. [control]

    A file that cannot be used is renamed and never overwritten. Where it cannot be renamed, because the card is read-only, it is
    ignored and reported, and renamed before the next save.
    """

    def __init__(self, store: Store, shared: SharedMemory, path: Path, now=time.monotonic):
        self._store = store
        self._shared = shared
        self._path = path
        self._now = now
        #: Changes so far, and how many of them are in the file; `_note` is called from any thread.
        self._changes = self._saved = 0
        self._due_s = 0.0
        self._failure: OSError | None = None
        self._unusable = False

    def restore(self) -> str:
        """Restore the newest state into the store, and save changes from now on. Returns where the state came from. This never
        raises an exception and never waits, whatever is at `path`: without a valid state, the defaults apply."""
        remove_leftovers(self._path.parent)
        source = "defaults"
        for name, read in (("shared memory", self._shared.read_state), ("file", self._read_file)):
            try:
                if (text := read()) is None:
                    continue
                self._store.restore(json.loads(text))
            except Exception as error:  # the content may be anything
                log.error(
                    "the state in %s cannot be used: %s",
                    name,
                    " ".join(str(error).split())[:200] or type(error).__name__,
                )
                if name == "file":
                    self._unusable = True
                    try:
                        self._set_aside()
                    except OSError as failure:
                        log.error("%s cannot be renamed and is ignored: %s", self._path, failure.strerror)
                continue
            source = name
            break
        self._store.subscribe(self._note)
        self._note({}, self._store.rev, protocol.RESTORE)
        return source

    def _read_file(self) -> bytes | None:
        try:
            return read_regular(self._path, STATE_BYTES)
        except FileNotFoundError:
            return None

    def _set_aside(self) -> None:
        """Rename the file. Raises OSError."""
        aside = self._path.with_name(f"{self._path.name}.corrupt-{time.time_ns()}")
        self._path.rename(aside)
        self._unusable = False
        log.error("it is kept as %s", aside)

    def _note(self, changed, rev, source) -> None:
        self._shared.write_state(json.dumps(self._store.dump(), separators=(",", ":")).encode())
        self._changes += 1
        self._due_s = self._now() + QUIET_S

    def tick(self) -> None:
        """Write the file if the last change is old enough. Call this a few times a second. Raises OSError from a failed save
        until one has succeeded, which is tried every RETRY_S."""
        if self._changes == self._saved:
            return
        if self._now() >= self._due_s:
            self.save()
        elif self._failure is not None:
            raise self._failure.with_traceback(None)

    def save(self) -> None:
        """Write the file now if anything has changed since it was written. Raises OSError; the change is then still to be saved."""
        changes = self._changes
        if changes == self._saved:
            return
        try:
            if self._unusable:
                self._set_aside()
            write_atomic(self._path, json.dumps(self._store.dump(), indent=1).encode())
        except OSError as error:
            self._failure, self._due_s = error, self._now() + RETRY_S
            raise
        self._saved, self._failure = changes, None
