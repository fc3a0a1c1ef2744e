"""The log on standard error, for processes that must never wait for the reader of the log."""

import logging
import select
import sys


class LogOutput(logging.StreamHandler):
    """Writes to standard error. If a write would have to wait, the record is dropped and counted: the journal stops reading
    while its disk hangs."""

    def __init__(self):
        super().__init__(sys.stderr)
        self.dropped = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Write `record` if this is possible without waiting."""
        try:
            _, writable, _ = select.select([], [self.stream], [], 0)
        except (OSError, ValueError):  # not a real file with a descriptor, as in a test
            writable = [self.stream]
        if not writable:
            self.dropped += 1
            return
        if self.dropped:
            record.msg, record.args = f"{record.getMessage()} ({self.dropped} earlier messages are lost)", None
            self.dropped = 0
        super().emit(record)
