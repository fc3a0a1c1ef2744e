"""One difference between the present state and the required one."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Change:
    """`what` describes the change in one line; `make` makes it."""

    what: str
    make: Callable[[], object]
