"""Settings by name: the checks of the processors' Python-facing `set`, which come before anything reaches the sound."""

from collections.abc import Collection

import numpy as np


def known(name: str, settings: Collection[str]) -> None:
    """Raises KeyError, with the names there are, for one that is not of `settings`."""
    if name not in settings:
        raise KeyError(f"no setting {name!r}; there are {', '.join(settings)}")


def finite(name: str, value: float) -> None:
    """Raises ValueError for what is not a finite number."""
    if not np.isfinite(value):
        raise ValueError(f"{name} must be a finite number, not {value}")


def in_range(name: str, value: float, low: float, high: float) -> None:
    """Raises ValueError outside of `low` to `high`; not a number is outside."""
    if not low <= value <= high:
        raise ValueError(f"{name} must be {low:g} to {high:g}, not {value}")
