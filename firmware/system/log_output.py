"""The log on standard error, for processes that must not wait for whoever reads it."""

import logging
import select
import sys


class LogOutput(logging.StreamHandler):
    """Writes to standard error, and drops and counts a record while nobody takes it: a journal that waits for a frozen disk takes
    nothing."""

    def __init__(self):
        super().__init__(sys.stderr)
        self.dropped = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Write `record` if this does not wait."""
        try:
            _, writable, _ = select.select([], [self.stream], [], 0)
        except (OSError, ValueError):  # not a file that can be waited for, as in a test
            writable = [self.stream]
        if not writable:
            self.dropped += 1
            return
        if self.dropped:
            record.msg, record.args = f"{record.getMessage()} ({self.dropped} earlier messages are lost)", None
            self.dropped = 0
        super().emit(record)
