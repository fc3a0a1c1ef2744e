"""Logbook: the last lines of the log of the control process, kept in memory for `burnish log`."""

import logging
import time
from collections import deque

#: Number of lines that are kept, and characters per line.
LINES, WIDTH = 500, 400


class Logbook(logging.Handler):
    """A logging handler that numbers lines from 0 and keeps the newest. Thread-safe, like every handler."""

    def __init__(self):
        super().__init__(logging.INFO)
        self._lines: deque[str] = deque(maxlen=LINES)
        self._written = 0
        form = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%SZ")
        form.converter = time.gmtime
        self.setFormatter(form)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the lines of a record, including those of a traceback."""
        for line in self.format(record).splitlines():
            self._lines.append(line[:WIDTH])
            self._written += 1

    def since(self, first: int) -> tuple[list[str], int]:
        """(lines from number `first` that are still kept, number of the next line)."""
        with self.lock:
            oldest = self._written - len(self._lines)
            return list(self._lines)[max(0, first - oldest) :], self._written
