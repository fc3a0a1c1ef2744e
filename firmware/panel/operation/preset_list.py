"""PresetList: choosing, loading, storing, renaming, ordering and deleting presets on the panel."""

import datetime
import logging

from firmware.contract import ParamError
from firmware.presets import PresetError, PresetLibrary, startling
from firmware.settings import Store, save_current

from .face import PresetFace

log = logging.getLogger(__name__)

#: The characters that the LETTER knob offers, in its order.
LETTERS = " abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.,&+'/#()"
LONGEST = 24
_REASONS = {
    "storage_full": "NO SPACE LEFT",
    "corrupt": "PRESET IS DAMAGED",
    "exists": "THIS NAME IS TAKEN",
    "read_only": "FACTORY PRESET: USE NEW",
}


class PresetList:
    """The state of the PRESET page. `source` is who makes the changes. Every action returns the message to show."""

    def __init__(self, store: Store, library: PresetLibrary, source: str):
        self._store = store
        self._library = library
        self._source = source
        self._entries: list = []
        self._index = 0
        self._confirming = ""  # what a second push confirms
        self._moved = False
        self._writing: tuple[str, int] | None = None

    @property
    def writing(self) -> bool:
        """Whether a name is being edited."""
        return self._writing is not None

    def open(self) -> None:
        """Read the presets; the current one is chosen."""
        self._entries = self._library.slots.sort([entry for entry in self._library.list() if not entry.error])
        names = [entry.name for entry in self._entries]
        self._index = names.index(self._store.preset_name) if self._store.preset_name in names else 0
        self._confirming, self._writing = "", None

    def close(self) -> str:
        """Save the order, if it has changed."""
        self._confirming, self._writing = "", None
        if not self._moved:
            return ""
        self._moved = False
        try:
            self._library.slots.write([entry.slug for entry in self._entries])
        except OSError as error:
            log.warning("the order of presets could not be saved: %s", error)
            return "ORDER NOT SAVED"
        return ""

    def turn(self, what: str, clicks: int) -> None:
        """Turn one of the knobs CHOOSE, MOVE, PLACE and LETTER."""
        self._confirming = self._confirming if what == "choose" and self._confirming.startswith("load") else ""
        if what in ("choose", "move"):
            place = min(max(self._index + clicks, 0), len(self._entries) - 1)
            if what == "move" and place != self._index:
                self._entries.insert(place, self._entries.pop(self._index))
                self._moved = True
            self._index = place
        elif self._writing:
            text, at = self._writing
            if what == "place":
                self._writing = (text, min(max(at + clicks, 0), min(len(text), LONGEST - 1)))
            else:
                text = text.ljust(at + 1)
                letter = LETTERS.find(text[at])
                self._writing = (text[:at] + LETTERS[(letter + clicks) % len(LETTERS)] + text[at + 1 :], at)

    def act(self, action: str) -> str:
        """Carry out the action of a push. Returns the message to show."""
        try:
            return getattr(self, f"_{action}")()
        except (PresetError, ParamError) as error:
            log.warning("%s", error)
            return _REASONS.get(error.name, "REFUSED")

    def _confirmed(self, what: str) -> bool:
        asked, self._confirming = self._confirming == what, what
        if asked:
            self._confirming = ""
        return asked

    @property
    def _chosen(self):
        return self._entries[self._index]

    def _load(self) -> str:
        preset = self._library.load(self._chosen.slug)
        reason = startling(self._store.snapshot(), preset.values)
        if reason and not self._confirmed(f"load {preset.name}"):
            log.info("preset %s %s: confirmation requested", preset.name, reason)
            return "LOUDER! PUSH 1 AGAIN"
        self._store.load_preset(preset, self._source)
        return f"LOADED {preset.name}"

    def _store_new(self) -> str:
        taken = {entry.slug for entry in self._library.list()}
        number = next(n for n in range(1, 10_000) if f"panel-{n:02d}" not in taken)
        return self._keep(f"Panel {number:02d}", overwrite=False)

    def _store_over(self) -> str:
        if self._chosen.factory:
            return _REASONS["read_only"]
        if self._chosen.name != self._store.preset_name and not self._confirmed(f"over {self._chosen.name}"):
            return "OVERWRITE? PUSH 4 AGAIN"
        return self._keep(self._chosen.name, overwrite=True)

    def _keep(self, name: str, overwrite: bool) -> str:
        created = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
        save_current(self._store, self._library, name, self._source, overwrite, {"created": created})
        order = [entry.slug for entry in self._entries]
        self.open()
        if self._moved:
            self._entries.sort(key=lambda entry: order.index(entry.slug) if entry.slug in order else len(order))
        return f"STORED {name}"

    def _delete(self) -> str:
        if self._chosen.factory:
            return "FACTORY PRESETS STAY"
        name = self._chosen.name
        if not self._confirmed(f"delete {name}"):
            return "DELETE? PUSH 6 AGAIN"
        self._library.delete(self._chosen.slug)
        index = self._index
        self.open()
        self._index = min(index, len(self._entries) - 1)
        return f"DELETED {name}"

    # -- names -----------------------------------------------------------------------------------------------------

    def _rename(self) -> str:
        if self._chosen.factory:
            return _REASONS["read_only"]
        self._writing = (self._chosen.name[:LONGEST], 0)
        return ""

    def _insert(self) -> str:
        text, at = self._writing
        self._writing = (f"{text[:at]} {text[at:]}"[:LONGEST], at)
        return ""

    def _erase(self) -> str:
        text, at = self._writing
        self._writing = (text[:at] + text[at + 1 :], min(at, max(len(text) - 2, 0)))
        return ""

    def _cancel(self) -> str:
        self._writing = None
        return ""

    def _done(self) -> str:
        old, new = self._chosen.name, self._writing[0].strip()
        if new and new != old:
            new = self._library.rename(self._chosen.slug, new).name
            self._store.mark_renamed(old, new, self._source)
            self.open()
            self._index = [entry.name for entry in self._entries].index(new)
        self._writing = None
        return f"RENAMED {new}" if new != old else ""

    def face(self) -> PresetFace:
        """The list for the display."""
        chosen = self._chosen
        notes = chosen.meta.get("notes", "")
        return PresetFace(
            tuple(entry.name for entry in self._entries),
            self._index,
            notes if isinstance(notes, str) else "",
            chosen.factory,
            self._writing,
        )
