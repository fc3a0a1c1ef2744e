"""`burnish render --listen`: renders one band, the signal that the limiter removes, or the difference to the input."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from firmware.contract import params
from host_cli.errors import USAGE, CliFail

if TYPE_CHECKING:
    import numpy as np

#: The allowed arguments, for help and messages.
FORMS = f"band:1 to band:{params.MULTIBAND_BANDS}, eq:1 to eq:{params.EQ_BANDS}, limiter, delta"


def soloed(values: dict[str, float], what: str) -> dict[str, float]:
    """`values` with the switches set that render `what`: "band:3" (the processed third band of the multiband), "eq:2" (the
    frequency range of the second EQ band), "limiter" (the signal that the limiter removes), "delta" (nothing to switch; see
    `difference`). Raises CliFail."""
    if what == "delta":
        return values
    if what == "limiter":
        return values | {"limiter.delta": 1.0}
    match = re.fullmatch(r"(band|eq):(\d+)", what)
    bands = {"band": params.MULTIBAND_BANDS, "eq": params.EQ_BANDS}
    if not match or not 1 <= int(match[2]) <= bands[match[1]]:
        raise CliFail(f"cannot listen to {what!r}: allowed are {FORMS}", USAGE)
    if match[1] == "band":
        return values | {f"multiband.b{match[2]}.solo": 1.0}
    return values | {"eq.solo": params.find("eq.solo").parse(match[2])}


def difference(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """`after`, rounded to 32-bit words, minus `before` (float32, aligned); float64, so that their sum is exact."""
    import numpy as np  # imported here, because completion imports this module and must be fast

    return np.rint(after.astype(np.float64) * 2.0**31) * 2.0**-31 - before
