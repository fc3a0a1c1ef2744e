"""RunLog: the file of a run. Lines are only appended, so the cost of an event does not depend on the length of the run."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from firmware.contract import write_atomic
from firmware.engine import parse_run_log


class RunLog:
    """The lines of the run log in `path`: the start, then events, then after each batch of events a line of the state.

    `firmware/engine/run_log.py` describes the lines and reads them. Every method may raise OSError. In that case nothing has
    been added, and the call may be repeated. [control]
    """

    def __init__(self, path: Path):
        self._path = path
        self._size = 0  # bytes of complete lines; the rest of a failed write behind them is removed

    def begin(self, start: Mapping) -> None:
        """Replace the file by one of a new run."""
        line = _line(start)
        write_atomic(self._path, line)
        self._size = len(line)

    def append(self, events: Iterable[Mapping], state: Mapping) -> None:
        """Add `events` and, after them, `state`: the counters, and where to continue in the ring of events."""
        data = b"".join(map(_line, [*events, {"state": state}]))
        with self._path.open("r+b", buffering=0) as file:
            file.truncate(self._size)
            file.seek(self._size)
            if file.write(data) != len(data):
                raise OSError(f"{self._path} could not be written completely")
        self._size += len(data)

    def resume(self) -> dict:
        """The run in the file up to its last line of the state, from where `append` continues. Raises ValueError too."""
        run, self._size = parse_run_log(self._path.read_bytes(), self._path.name)
        return run


def _line(row: Mapping) -> bytes:
    return json.dumps(row, separators=(",", ":")).encode() + b"\n"
