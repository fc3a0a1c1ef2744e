"""What the display costs: instructions of one picture on aarch64, as a share of a core of a Pi 4."""

import pytest

from . import panel
from .sysroot import CannotCount

pytestmark = pytest.mark.count

#: The most that 30 pictures a second may take of one of the four cores, in per cent, at one instruction per cycle.
MOST_PCT = 25.0


def test_thirty_pictures_a_second_leave_three_quarters_of_a_core(record):
    try:
        counts = panel.count()
    except CannotCount as error:
        pytest.skip(str(error))
    shares = {name: panel.share(instructions) for name, instructions in counts.items()}
    for name in ("eq", "eq_turned", "dyn", "limit", "meter"):
        record("Front panel", f"one picture of the display, {name}: drawn and packed", counts[name] / 1e6, "million instructions",
               digits=1, tolerance=2.0)  # fmt: skip
    worst = max(shares, key=shares.get)
    record("Front panel", "30 pictures a second, most expensive view: share of a Cortex-A72 at 1.5 GHz, one instruction a cycle",
           shares[worst], "%", target=f"≤ {MOST_PCT:g} %", digits=0, tolerance=4.0)  # fmt: skip
    record(
        "Front panel",
        "a whole picture on the display's bus at 16 MHz",
        1e3 * 8 * panel.PICTURE_BYTES / panel.BUS_HZ,
        "ms",
        digits=1,
    )
    assert shares[worst] <= MOST_PCT
