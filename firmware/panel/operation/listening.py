"""Listening: what is heard only while a key or knob is held: comparisons at equal loudness, solo, the stored preset."""

from firmware.contract import BY_ID, ParamError
from firmware.settings import Store


class Listening:
    """BYPASS and A/B act when they are pressed. Held longer, they match the loudness, and come back when they are released."""

    def __init__(self, store: Store, source: str):
        self._store = store
        self._source = source
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
        self._back = {"chain.match": self._store.get("chain.match")}
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
        if switch == self._held:
            self._end()

    def _end(self) -> None:
        if self._comparing:
            self._store.compare(self._source)
        if self._buffer:
            self._store.select(self._buffer, self._source)
        if self._back:
            self._store.set_many(self._back, self._source)
        self._held, self._back, self._buffer, self._comparing, self.what = "", {}, "", False, ""
