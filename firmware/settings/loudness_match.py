"""LoudnessMatch: bypass, A and B compared at one loudness, that of the quietest of them.

How much louder the chain makes the sound is measured while it is heard: short-term loudness at the output less that at the
input. What is louder than the quietest is turned down by `chain.match_wet_db` or `chain.match_dry_db`; nothing is turned up,
so no ceiling is broken.
"""

import time

from firmware.contract import params, protocol

from .store import Store

#: Short-term loudness looks back 3 s; the chain's latency and its ramps come on top.
SETTLED_S = 3.6
#: Quieter than this says nothing about loudness.
AUDIBLE_LUFS = -60.0
#: A change smaller than this is left alone, in LU.
WORTH_LU = 0.05

_LOWEST_DB = params.find("chain.match_wet_db").low


class LoudnessMatch:
    """[control] `tick` a few times a second. `reader` is a MeterReader of its own."""

    def __init__(self, store: Store, reader, clock=time.monotonic):
        self._store = store
        self._reader = reader
        self._clock = clock
        self._gains_db: dict[str, float] = {}  # slot: what the chain adds
        self._rev = -1
        self._since_s = clock()

    def tick(self) -> None:
        """Measure, and set the levels where matching is on."""
        frame = self._reader.read()
        if self._store.rev != self._rev:
            self._rev = self._store.rev
            self._since_s = self._clock()
        values, slot = self._store.snapshot(), self._store.ab
        if not values["chain.bypass"] and self._clock() - self._since_s >= SETTLED_S:
            self._measure(slot, frame, values["chain.match_wet_db"])
        wet_db, dry_db = self._levels(slot) if values["chain.match"] else (0.0, 0.0)
        now = (values["chain.match_wet_db"], values["chain.match_dry_db"])
        off = not values["chain.match"]
        if any(abs(a - b) > WORTH_LU or (off and a != b) for a, b in zip(now, (wet_db, dry_db), strict=True)):
            self._store.set_many({"chain.match_wet_db": wet_db, "chain.match_dry_db": dry_db}, protocol.MATCH)

    def _measure(self, slot: str, frame: dict, wet_db: float) -> None:
        heard, came = frame["out_short_lufs"], frame["in_short_lufs"]
        if min(heard, came) > AUDIBLE_LUFS:
            self._gains_db[slot] = heard - came - wet_db

    def _levels(self, slot: str) -> tuple[float, float]:
        """(level of the chain, level of the bypass) in dB; a slot that has not been heard yet stays as it is."""
        quietest = min([0.0, *self._gains_db.values()])
        wet_db = quietest - self._gains_db.get(slot, quietest)
        return max(round(wet_db, 2), _LOWEST_DB), max(round(quietest, 2), _LOWEST_DB)
