"""How long a test waits for what must come. The limit ends a test that hangs; it measures nothing.

Machines that run other work beside the tests can be twenty times as slow as an idle one.
"""

import time
from collections.abc import Callable

#: In seconds.
PATIENCE_S = 300


def wait_until(condition: Callable[[], object], what: str = "what is waited for") -> None:
    """Return as soon as `condition()` is true. Raises AssertionError after PATIENCE_S, with `what` in its text."""
    until = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < until, f"{what} did not happen"
        time.sleep(0.002)
