"""Text for terminals: tables and meters. Nothing here prints."""

import json
import math

from firmware.contract import EQ_BANDS, LAST, MULTIBAND_BANDS, MeterFrame, merged, protocol, rules_of

#: Characters that fill zero to seven eighths of a cell.
_EIGHTHS = " ▏▎▍▌▋▊▉"
_RED, _YELLOW, _GREEN, _CYAN, _DIM, _PLAIN = "\x1b[31m", "\x1b[33m", "\x1b[32m", "\x1b[36m", "\x1b[2m", "\x1b[0m"
#: Ends of the scales of the bars, in dB.
LEVEL_BOTTOM_DB, REDUCTION_TOP_DB = -60.0, 20.0


def one_line(thing) -> str:
    """`thing` as text without control characters. Names can come from files of other people, and a terminal executes control
    characters."""
    return "".join(c if c.isprintable() else "?" for c in str(thing))


def lines(thing) -> str:
    """`thing` as text in which only line breaks are left of the control characters."""
    return "\n".join(map(one_line, str(thing).split("\n")))


def json_line(data: dict) -> str:
    """`data` as one line of JSON, with escapes for every character that a terminal could execute or that reverses text."""
    return "".join(c if c.isprintable() else _escaped(c) for c in json.dumps(data, ensure_ascii=False))


def _escaped(character: str) -> str:
    return json.dumps(character)[1:-1]


def table(rows: list[tuple], head: tuple = ()) -> str:
    """The rows as left-aligned columns, two spaces apart, under `head`."""
    cells = [tuple(one_line(cell) for cell in row) for row in ([head] if head else []) + list(rows)]
    if not cells:
        return ""
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in cells)


def count(number: int, noun: str) -> str:
    """ "1 preset", "2 presets"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def bar(part: float, width: int) -> str:
    """A bar that fills `part` (0 to 1) of `width` cells, in steps of an eighth of a cell."""
    part = min(max(part, 0.0), 1.0) if math.isfinite(part) else 0.0
    eighths = round(part * width * 8)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(width)


def level(value_db: float) -> str:
    """A level with one decimal, or a dash for silence."""
    return f"{value_db:6.1f}" if value_db > -100 else "     –"


class MeterView:
    """Formats meter frames as lines of text. It holds the highest true peak (`held_tp`, in dBTP), and changes the numbers
    (`shown`, by name) only every half second."""

    NUMBERS_S = 0.5

    def __init__(self, target_lufs: float | None, colour: bool, width: int = 80):
        self.target_lufs = target_lufs
        self.colour = colour
        self.width = max(width, 40)
        self.held_tp = -math.inf
        self.shown: dict[str, float] = {}
        self._peaks: dict[str, float] = {}
        self._shown_at = -math.inf

    def lines(self, frame: dict[str, float], now_s: float, stale: bool = False) -> list[str]:
        """The lines for `frame` (of `BoxClient.meters`) at the time `now_s`; grey if `stale`."""
        self.take(frame, now_s)
        lines = [*self._levels(frame), "", *self._reductions(frame), self._moved_bands(), *self._numbers()]
        lines = [line[: self.width + line.count("\x1b") * 5] for line in lines]
        if stale:
            return [
                self._paint("no meters have arrived from the box for a second", _YELLOW),
                *(self._grey(line) for line in lines),
            ]
        return [self._bottom(), *lines]

    def take(self, frame: dict[str, float], now_s: float) -> None:
        """Update the numbers. Peaks show the extreme since the last update, all others the current value."""
        self.held_tp = max(self.held_tp, frame.get("out_tp_l_dbtp", -150), frame.get("out_tp_r_dbtp", -150))
        rules = frame.rules if isinstance(frame, MeterFrame) else dict(zip(frame, rules_of(list(frame)), strict=True))
        for name, value in frame.items():
            if rules[name] != LAST:
                self._peaks[name] = merged(rules[name], self._peaks.get(name, value), value)
        if now_s - self._shown_at >= self.NUMBERS_S:
            self.shown = {**frame, **self._peaks}
            self._peaks = {}
            self._shown_at = now_s

    def _paint(self, text: str, colour: str) -> str:
        return f"{colour}{text}{_PLAIN}" if self.colour else text

    def _grey(self, line: str) -> str:
        for code in (_RED, _YELLOW, _GREEN, _CYAN, _PLAIN):
            line = line.replace(code, "")
        return self._paint(line, _DIM)

    def _bottom(self) -> str:
        return self._paint(f"{'':7}{LEVEL_BOTTOM_DB:.0f}".ljust(self.width - 10) + "0 dBFS", _DIM)

    def _levels(self, frame: dict[str, float]) -> list[str]:
        cells = self.width - 24
        lines = []
        for side in ("in", "out"):
            for channel in ("l", "r"):
                name = f"{side}_peak_{channel}_dbfs"
                value = frame.get(name, -150)
                colour = _RED if value >= -0.1 else _YELLOW if value > -6 else _GREEN
                drawn = self._paint(bar(1 - value / LEVEL_BOTTOM_DB, cells), colour)
                lines.append(f"{side.upper():>3} {channel.upper()}  {drawn} {level(self.shown.get(name, -150))} dBFS")
        return lines

    def _reductions(self, frame: dict[str, float]) -> list[str]:
        cells = self.width - 24
        lines = []
        for name, label in [(f"gr_b{n}_db", f"MB {n}") for n in range(1, MULTIBAND_BANDS + 1)] + [
            ("gr_limiter_db", "LIM")
        ]:
            drawn = self._paint(bar(-frame.get(name, 0.0) / REDUCTION_TOP_DB, cells), _CYAN)
            lines.append(f"{label:>5}  {drawn} {self.shown.get(name, 0.0):6.1f} dB")
        return lines

    def _moved_bands(self) -> str:
        """The gain changes of the dynamic EQ bands by number; empty if there are none."""
        moved = [(n, self.shown.get(f"eq_b{n}_db", 0.0)) for n in range(1, EQ_BANDS + 1)]
        text = "  ".join(f"{n}: {value:+.1f}" for n, value in moved if abs(value) >= 0.05)
        return self._paint(f"   EQ  {text} dB", _CYAN) if text else ""

    def _numbers(self) -> list[str]:
        shown = self.shown
        integrated = shown.get("out_integrated_lufs", -150)
        delta = ""
        if self.target_lufs is not None and integrated > -100:
            delta = f"   {integrated - self.target_lufs:+.1f} LU to {self.target_lufs:g} LUFS"
        held = f"TP hold {level(self.held_tp)} dBTP"
        loud = "   ".join(
            f"{label} {level(shown.get(name, -150))}"
            for label, name in (("M", "out_momentary_lufs"), ("S", "out_short_lufs"), ("I", "out_integrated_lufs"))
        )
        lines = [
            f"{loud} LUFS   LRA {shown.get('out_lra_lu', 0.0):4.1f} LU{delta}",
            self._paint(held, _RED) if self.held_tp > 0 else held,
        ]
        load, xruns = shown.get("load_pct", 0.0), int(shown.get("xruns", 0))
        box = f"load {load:.0f} %   xruns {xruns}"
        lines[1] += "   " + (self._paint(box, _RED) if xruns or load > protocol.OVERLOAD_PCT else box)
        return lines

    def one_line(self, frame: dict[str, float]) -> str:
        """A frame as one line, for a log."""
        self.take(frame, math.inf)
        peak = max(frame.get("out_peak_l_dbfs", -150), frame.get("out_peak_r_dbfs", -150))
        return (
            f"peak {level(peak)} dBFS  TP hold {level(self.held_tp)} dBTP  "
            f"M {level(frame.get('out_momentary_lufs', -150))}  S {level(frame.get('out_short_lufs', -150))}  "
            f"I {level(frame.get('out_integrated_lufs', -150))} LUFS  LRA {frame.get('out_lra_lu', 0.0):.1f} LU  "
            f"limiter {frame.get('gr_limiter_db', 0.0):.1f} dB  load {frame.get('load_pct', 0.0):.0f} %  "
            f"xruns {int(frame.get('xruns', 0))}"
        )
