"""Waiting in virtual time."""

import time
from collections.abc import Callable


def wait_until(test: Callable[[], object], limit_s: float, step_s: float = 0.005) -> float | None:
    """Virtual seconds until `test()` is true; None where it is not within `limit_s`."""
    began = time.monotonic()
    while time.monotonic() - began < limit_s:
        if test():
            return time.monotonic() - began
        time.sleep(step_s)
    return None
