"""Waiting in virtual time."""

import time
from collections.abc import Callable


def wait_until(test: Callable[[], object], limit_s: float, step_s: float = 0.005) -> float | None:
    """Wait until `test()` is true; returns the virtual seconds, or None if `limit_s` has passed first."""
    began = time.monotonic()
    while time.monotonic() - began < limit_s:
        if test():
            return time.monotonic() - began
        time.sleep(step_s)
    return None
