"""OwnValues: what the panel keeps itself: the chosen bands, the scale of the loudness picture. Also the
knobs of the loudness target and of the macros, which belong to the preset."""

from firmware.contract import BAND_COUNTS, BY_ID
from firmware.panel.layout import BY_KEY, Knob
from firmware.settings import MACROS, TARGET_LUFS, Store

from .edits import Edits, reason
from .face import Cell, short

TARGETS_LUFS = (-27.0, -24.0, -23.0, -20.0, -18.0, -16.0, -15.0, -14.0, -13.0, -12.0, -11.0, -10.0, -9.0, -8.0)
SCALES_LU = (9.0, 18.0)
WINDOWS_S = (20.0, 60.0, 180.0, 600.0)
#: A click of a macro, in per cent of its range on one side.
_CLICK_PCT = 5
_NAMES = tuple(MACROS)


class OwnValues:
    """The values, and what the knobs do with them. The bands of EQ and DYN are chosen each by itself."""

    def __init__(self, store: Store, edits: Edits, source: str):
        self._store = store
        self._edits = edits
        self._source = source
        self._bands: dict[str, int] = {}
        self.scale_lu, self.window_s = SCALES_LU[0], WINDOWS_S[1]

    @property
    def target_lufs(self) -> float:
        """The loudness target of the preset, or the one that was set since; TARGET_LUFS without one."""
        found = self._store.target_lufs
        return TARGET_LUFS if found is None else found

    def band(self, section: str) -> int:
        """The chosen band of a section, from 1; those above the number of bands in use are not chosen."""
        return min(self._bands.get(section, 1), self._most_bands(section))

    def _most_bands(self, section: str) -> int:
        if section == "DYN":
            return int(BAND_COUNTS[int(self._store.get("multiband.bands"))])
        return max(BY_KEY[section].bands, 1)

    def turn(self, name: str, section: str, clicks: int, fine: bool) -> str:
        """Turn the knob of the value `name`. Returns the message to show."""
        if name == "band":
            self._bands[section] = min(max(self.band(section) + clicks, 1), self._most_bands(section))
        elif name == "target":
            step = clicks * 0.1 if fine else clicks
            fine_lufs = min(max(round(self.target_lufs + step, 1), -36.0), -6.0)
            self._store.set_target(fine_lufs if fine else _next(TARGETS_LUFS, self.target_lufs, clicks), self._source)
        elif name == "scale":
            self.scale_lu = _next(SCALES_LU, self.scale_lu, clicks)
        elif name == "window":
            self.window_s = _next(WINDOWS_S, self.window_s, clicks)
        elif name.startswith("macro"):
            return self._turn_macro(int(name[5:]), clicks, fine)
        elif name.startswith("assign"):
            self._assign(int(name[6:]), clicks)
        return ""

    def _turn_macro(self, number: int, clicks: int, fine: bool) -> str:
        macro = MACROS[self._store.macros[number - 1]]
        lead = BY_ID[macro.moves[0].id]

        def moved(values):
            position = macro.position(values)
            if not fine:
                return macro.moved(values, (round(position / _CLICK_PCT) + clicks) * _CLICK_PCT)
            up = macro.moves[0].values[-1] > macro.moves[0].values[0]
            value = values[lead.id] + (clicks if up else -clicks) * lead.step
            return macro.moved(values, macro.moves[0].position(value))

        return "" if self._edits.many(moved) else reason(self._edits.refused)

    def _assign(self, number: int, clicks: int) -> None:
        names = list(self._store.macros)
        names[number - 1] = _NAMES[(_NAMES.index(names[number - 1]) + clicks) % len(_NAMES)]
        self._store.set_macros(names, self._source)

    def reset(self, name: str) -> None:
        """Set the value `name` to its default: macros to 0."""
        if name.startswith("macro"):
            macro = MACROS[self._store.macros[int(name[5:]) - 1]]
            self._edits.many(lambda values: macro.moved(values, 0.0))
        elif name == "target":
            self._store.set_target(None, self._source)

    def cell(self, knob: Knob, section: str, values: dict[str, float]) -> Cell:
        """The cell of a knob with a value of the panel."""
        name = knob.own
        if name == "band":
            return self._band_cell(knob, section, values)
        if name.startswith("macro"):
            macro = MACROS[self._store.macros[int(name[5:]) - 1]]
            now, span = macro.position(values), macro.high - macro.low
            zero = -macro.low / span
            ends = (f"{macro.low:.0f}", f"{macro.high:.0f}")
            return Cell(macro.label, f"{now:+.0f}" if round(now) and macro.low < 0 else f"{now + 0.0:.0f}", "%",
                        (now - macro.low) / span, zero, zero, ends, note=_lead_text(macro, values))  # fmt: skip
        if name.startswith("assign"):
            macro = self._store.macros[int(name[6:]) - 1]
            return Cell(knob.label, macro)
        texts = {
            "target": (f"{self.target_lufs:g}", "LUFS"),
            "scale": (f"EBU +{self.scale_lu:.0f}", ""),
            "window": (f"{self.window_s:.0f}", "s") if self.window_s < 60 else (f"{self.window_s / 60:.0f}", "min"),
            "choose": ("push", ""),
            "move": ("turn", ""),
            "place": ("turn", ""),
            "letter": ("turn", ""),
        }
        return Cell(knob.label, *texts[name])

    def _band_cell(self, knob: Knob, section: str, values: dict[str, float]) -> Cell:
        band, most = self.band(section), self._most_bands(section)
        on = bool(values[knob.tap.format(band=band)]) != knob.tap.endswith("bypass")
        return Cell(knob.label, f"{band} {'on' if on else 'off'}", "", (band - 1) / max(most - 1, 1), None, 0.0,
                    ("1", str(most)), lit=on)  # fmt: skip


def _lead_text(macro, values: dict[str, float]) -> str:
    """The value of the first parameter of a macro, with its unit."""
    lead = macro.moves[0].id
    return " ".join(short(BY_ID[lead], values[lead]))


def _next(values: tuple[float, ...], value: float, clicks: int) -> float:
    nearest = min(range(len(values)), key=lambda index: abs(values[index] - value))
    return values[min(max(nearest + clicks, 0), len(values) - 1)]
