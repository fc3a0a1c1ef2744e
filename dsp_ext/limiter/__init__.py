"""The true-peak limiter: from the reduction that each peak needs to a smooth gain that keeps the ceiling."""

from .limiter import SETTINGS as LIMITER_SETTINGS

__all__ = [
    "LIMITER_SETTINGS",
]
