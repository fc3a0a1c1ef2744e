"""One difference between what is there and what should be."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Change:
    """`what` says it in one line, `make` does it."""

    what: str
    make: Callable[[], object]
