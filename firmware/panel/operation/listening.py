"""Listening: what is heard only while a key or knob is held: comparisons at equal loudness, solo, the stored preset."""

from firmware.contract import BY_ID, ParamError
from firmware.settings import Store

#: How long the loudness stays matched after a comparison, so that what was compared is also heard at equal loudness, in seconds.
AFTER_S = 10.0


class Listening:
    """BYPASS and A/B act when they are pressed. Held longer, they match the loudness, and come back when they are released. Matching only
    turns down (`LoudnessMatch`). It therefore stays on for AFTER_S after the release: the louder one of the two is often what was
    heard before. `clock` is in seconds."""

    def __init__(self, store: Store, source: str, clock):
        self._store = store
        self._source = source
        self._clock = clock
        self._match_back: float | None = (
            None  # the value of chain.match to restore; None while no comparison is matched
        )
        self._match_until_s = 0.0
        self._held = ""  # the switch that is held
        self._back: dict[str, float] = {}  # the values to restore
        self._buffer = ""  # the edit buffer to select again
        self._comparing = False
        #: What is being listened to, for the display.
        self.what = ""

    def press_bypass(self) -> None:
        """Toggle the bypass."""
        self._store.set_many({"chain.bypass": 1.0 - self._store.get("chain.bypass")}, self._source)

    def press_ab(self) -> None:
        """Select the other edit buffer."""
        self._store.select("b" if self._store.ab == "a" else "a", self._source)

    def hold(self, switch: str) -> None:
        """BYPASS, FOOT or AB is held: match the loudness until it is released."""
        self._end()
        self._held = switch
        if self._match_back is None:
            self._match_back = self._store.get("chain.match")
        if switch == "AB":
            self._buffer = "b" if self._store.ab == "a" else "a"
            self.what = f"{self._store.ab.upper()} AT EQUAL LOUDNESS"
        else:
            self._back["chain.bypass"] = 1.0 - self._store.get("chain.bypass")
            self.what = "EQUAL LOUDNESS"
        self._store.set_many({"chain.match": 1.0}, self._source)

    def listen(self, switch: str, id: str, band: int) -> None:
        """A knob is held: play only the chosen band, through the parameter `id` of listening."""
        self._end()
        self._held = switch
        self._back = {id: self._store.get(id)}
        self.what = f"SOLO BAND {band}"
        try:
            self._store.set_many({id: float(band) if BY_ID[id].choices else 1.0}, self._source)
        except ParamError:
            self._end()

    def compare(self, switch: str) -> None:
        """PRESET is held: play the stored preset instead of the edited sound."""
        self._end()
        if self._store.edited:
            self._held, self._comparing, self.what = switch, True, "STORED PRESET"
            self._store.compare(self._source)

    def release(self, switch: str) -> None:
        """A switch was released."""
        if switch != self._held:
            return
        self._end()
        if self._match_back is not None:
            self._match_until_s, self.what = self._clock() + AFTER_S, "EQUAL LOUDNESS"

    def tick(self) -> None:
        """End the matching when its time is over."""
        if self._match_back is None or self._held or self._clock() < self._match_until_s:
            return
        self._store.set_many({"chain.match": self._match_back}, self._source)
        self._match_back, self.what = None, ""

    def _end(self) -> None:
        if self._comparing:
            self._store.compare(self._source)
        if self._buffer:
            self._store.select(self._buffer, self._source)
        if self._back:
            self._store.set_many(self._back, self._source)
        self._held, self._back, self._buffer, self._comparing, self.what = "", {}, "", False, ""
