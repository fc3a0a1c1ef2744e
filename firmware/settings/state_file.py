"""StateFile: keeps the values of the store when the control process restarts and when the power is cut."""

import errno
import json
import logging
import threading
import time
from pathlib import Path

from firmware.contract import protocol, read_regular, remove_leftovers, write_atomic
from firmware.system import STATE_BYTES, SharedMemory

from .store import Store

log = logging.getLogger(__name__)

#: The file is written when nothing has changed for this time, in seconds. This reduces the wear of the memory card.
QUIET_S = 2.0
#: Time between two attempts to write it, in seconds.
RETRY_S = 5.0
#: A save that takes longer than this is reported, in seconds.
SLOW_S = 5.0
#: The time for which a regular stop waits for the last save, in seconds. It is shorter than the time for which the supervisor waits for
#: the process.
LAST_SAVE_S = 3.0


class StateFile:
    """Saves `store` in shared memory at each change, and in the file at `path` soon after. [control]

    A separate thread writes the file, one save at a time, so a disk that does not respond delays nothing else. The unsaved values
    remain in shared memory, and are saved when the disk responds again.

    A file that cannot be used is renamed and never overwritten. If it cannot be renamed, because the card is read-only, it is
    ignored and reported, and renamed before the next save.
    """

    def __init__(self, store: Store, shared: SharedMemory, path: Path, now=time.monotonic):
        self._store = store
        self._shared = shared
        self._path = path
        self._now = now
        #: The number of changes so far, and the number of those that are in the file. `_note` can be called from any thread.
        self._changes = self._saved = 0
        self._due_s = 0.0
        self._failure: OSError | None = None
        self._unusable = False
        self._leftovers = True  # whether an interrupted save may have left a file
        self._thread: threading.Thread | None = None
        self._begun_s = 0.0

    def restore(self) -> str:
        """Restore the newest state into the store, and save changes from now on. Returns where the state came from. This never
        raises an exception and never waits, whatever is at `path`. If there is no valid state, the defaults apply."""
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
        if source != "shared memory":  # a restart must not wait for the disk; then the first save removes the leftovers
            remove_leftovers(self._path.parent)
            self._leftovers = False
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

    @property
    def saving(self) -> bool:
        """Whether a save is under way."""
        return self._thread is not None and self._thread.is_alive()

    def tick(self) -> None:
        """Start to write the file if the last change is old enough. This never waits. Call it a few times a second.

        Raises OSError while a save takes longer than SLOW_S. After a save has failed, it raises OSError until one succeeds; saves are
        repeated every RETRY_S."""
        if self.saving:
            if self._now() - self._begun_s > SLOW_S:
                raise OSError(errno.ETIMEDOUT, "the disk does not respond", str(self._path))
        elif self._changes != self._saved and self._now() >= self._due_s:
            self._begin()
        elif self._failure is not None:
            raise self._failure.with_traceback(None)

    def finish(self) -> None:
        """Save the changes that are not in the file yet, and wait for at most LAST_SAVE_S. Call this at the end of the process. Raises
        OSError."""
        until_s = time.monotonic() + LAST_SAVE_S
        if self.saving:
            self._thread.join(LAST_SAVE_S)
        if self._changes != self._saved and not self.saving:
            self._begin()
            self._thread.join(max(until_s - time.monotonic(), 0))
        if self.saving:
            raise OSError(
                errno.ETIMEDOUT, "the disk does not respond, and the last change is not saved", str(self._path)
            )
        if self._failure is not None:
            raise self._failure.with_traceback(None)

    def _begin(self) -> None:
        self._begun_s = self._now()
        self._thread = threading.Thread(target=self._save, name="state file", daemon=True)
        self._thread.start()

    def _save(self) -> None:
        try:
            self.save()
        except OSError:
            pass  # `tick` raises it
        except Exception as error:  # a bug in the program, which must not look like a successful save
            log.exception("the state could not be saved")
            self._failure, self._due_s = OSError(str(error)), self._now() + RETRY_S

    def save(self) -> None:
        """Write the file now, in this thread, if anything has changed since it was written. If this raises OSError, the change remains
        unsaved, and is saved later."""
        changes = self._changes
        if changes == self._saved:
            return
        try:
            if self._leftovers:
                remove_leftovers(self._path.parent)
                self._leftovers = False
            if self._unusable:
                self._set_aside()
            write_atomic(self._path, json.dumps(self._store.dump(), indent=1).encode())
        except OSError as error:
            self._failure, self._due_s = error, self._now() + RETRY_S
            raise
        self._saved, self._failure = changes, None
