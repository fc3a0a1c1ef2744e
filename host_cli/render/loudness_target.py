"""Searches for the gain that gives a loudness. The gain is constant; nothing follows the level."""

from collections.abc import Callable

#: Largest distance from the target, in LU.
TOLERANCE_LU = 0.05
#: Most renders. The search doubles its steps until the target is enclosed, so it reaches the lowest or highest gain after a few
#: renders.
PASSES = 24


class OutOfReach(ValueError):
    """No allowed gain gives the target. `gain_db` is the nearest allowed gain, `lufs` the loudness with it (None: too quiet to
    measure)."""

    def __init__(self, gain_db: float, lufs: float | None):
        super().__init__(f"{gain_db} dB gives {lufs} LUFS")
        self.gain_db = gain_db
        self.lufs = lufs


def find_gain(
    loudness: Callable[[float], float | None], start_db: float, low_db: float, high_db: float, target_lufs: float,
    tolerance_lu: float = TOLERANCE_LU,
) -> float:  # fmt: skip
    """The gain in dB, between `low_db` and `high_db`, at which `loudness(gain_db)` is `target_lufs`. Raises OutOfReach.

    `loudness` must grow with the gain, apart from small irregularities; None means too quiet to measure. It is called with
    the returned gain last. Once the target is enclosed, false position and bisection take turns.
    """
    gain_db, step_db = start_db, 0.0
    below: tuple[float, float | None] | None = None
    above: tuple[float, float] | None = None
    for number in range(PASSES):
        lufs = loudness(gain_db)
        error = None if lufs is None else lufs - target_lufs
        if error is not None and abs(error) <= tolerance_lu:
            return gain_db
        too_quiet = error is None or error < 0
        if too_quiet:
            below = gain_db, error
        else:
            above = gain_db, error
        if below and above:
            gain_db = _between(below, above, number)
        elif gain_db == (high_db if too_quiet else low_db):
            raise OutOfReach(gain_db, lufs)
        else:
            step_db = max(2 * step_db, 12.0 if error is None else abs(error), 0.1)
            gain_db = min(gain_db + step_db, high_db) if too_quiet else max(gain_db - step_db, low_db)
    raise OutOfReach(gain_db, lufs)


def _between(below: tuple[float, float | None], above: tuple[float, float], number: int) -> float:
    """The next gain to try between two that enclose the target."""
    span_db = above[0] - below[0]
    if below[1] is None or number % 3 == 2:
        return below[0] + span_db / 2
    part = below[1] / (below[1] - above[1])
    return below[0] + span_db * min(max(part, 0.02), 0.98)
