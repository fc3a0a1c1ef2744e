"""Ticks: the small regular tasks of the control process. One that fails does not stop the others."""

import logging
from collections.abc import Callable

log = logging.getLogger(__name__)


class Ticks:
    """Runs tasks at every tick, or at every n-th tick. A task that raises an exception is called again at its next tick.
    [control]"""

    def __init__(self):
        self._tasks: list[tuple[str, Callable[[], None], int]] = []
        self._count = 0
        #: The tasks whose last call failed: name to reason. They are shown as an alarm.
        self.failing: dict[str, str] = {}

    def add(self, name: str, task: Callable[[], None], every: int = 1) -> None:
        """Call `task` at every `every`-th tick. `name` is for the log and the display."""
        self._tasks.append((name, task, every))

    def run(self) -> None:
        """One tick. A failure is logged when it begins and when it has ended, not at every call."""
        self._count += 1
        for name, task, every in self._tasks:
            if self._count % every == 0:
                self.call(name, task)

    def call(self, name: str, task: Callable[[], None]) -> None:
        """Call `task` once. If it raises an exception, handle this like in `run`."""
        try:
            task()
        except Exception as error:
            reason = str(error) or type(error).__name__
            if name not in self.failing:
                # For an OSError from the storage, its text is enough; every other exception is a bug and is logged with its
                # traceback.
                log.error("the %s fails and is tried again: %s", name, reason, exc_info=not isinstance(error, OSError))
            self.failing[name] = reason
        else:
            if self.failing.pop(name, None) is not None:
                log.info("the %s works again", name)
