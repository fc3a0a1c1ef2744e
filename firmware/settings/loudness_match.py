"""LoudnessMatch: bypass, A and B are compared at equal loudness, that of the quietest of them.

The loudness gain of the chain is measured while it is active: short-term loudness at the output minus that at the input.
Whatever is louder than the quietest is turned down by `chain.match_wet_db` or `chain.match_dry_db`. Nothing is turned up,
therefore the ceiling is never exceeded.
"""

import time

from firmware.contract import params, protocol

from .store import Store

#: Short-term loudness has a window of 3 s; latency and ramps of the chain are added to it.
SETTLED_S = 3.6
#: Below this level loudness is not measured.
AUDIBLE_LUFS = -60.0
#: The smallest change that is applied, in LU.
WORTH_LU = 0.05

_LOWEST_DB = params.find("chain.match_wet_db").low


class LoudnessMatch:
    """`reader` is a MeterReader that nothing else uses. Call `tick` a few times a second. [control]"""

    def __init__(self, store: Store, reader, clock=time.monotonic):
        self._store = store
        self._reader = reader
        self._clock = clock
        self._gains_db: dict[str, float] = {}  # edit buffer: loudness gain of the chain
        self._rev = -1
        self._since_s = clock()

    def tick(self) -> None:
        """Measure, and set the levels if matching is on."""
        frame = self._reader.read()
        if self._store.rev != self._rev:
            self._rev = self._store.rev
            self._since_s = self._clock()
        values, buffer = self._store.snapshot(), self._store.ab
        if not values["chain.bypass"] and self._clock() - self._since_s >= SETTLED_S:
            self._measure(buffer, frame, values["chain.match_wet_db"])
        wet_db, dry_db = self._levels(buffer) if values["chain.match"] else (0.0, 0.0)
        now = (values["chain.match_wet_db"], values["chain.match_dry_db"])
        off = not values["chain.match"]
        if any(abs(a - b) > WORTH_LU or (off and a != b) for a, b in zip(now, (wet_db, dry_db), strict=True)):
            self._store.set_many({"chain.match_wet_db": wet_db, "chain.match_dry_db": dry_db}, protocol.MATCH)

    def _measure(self, buffer: str, frame: dict, wet_db: float) -> None:
        heard, came = frame["out_short_lufs"], frame["in_short_lufs"]
        if min(heard, came) > AUDIBLE_LUFS:
            self._gains_db[buffer] = heard - came - wet_db

    def _levels(self, buffer: str) -> tuple[float, float]:
        """(level of the chain, level of the bypass) in dB; a buffer that has not been measured yet is not changed."""
        quietest = min([0.0, *self._gains_db.values()])
        wet_db = quietest - self._gains_db.get(buffer, quietest)
        return max(round(wet_db, 2), _LOWEST_DB), max(round(quietest, 2), _LOWEST_DB)
