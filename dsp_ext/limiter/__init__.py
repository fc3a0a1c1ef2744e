"""The true-peak limiter. It computes a smooth gain that keeps every peak at or below the ceiling."""

from .limiter import Limiter

__all__ = ["Limiter"]
