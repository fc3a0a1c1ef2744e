"""The true-peak limiter. It computes a smooth gain that keeps every peak at or below the ceiling."""
