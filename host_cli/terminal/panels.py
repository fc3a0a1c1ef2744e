"""The panels of the monitor as coloured text: levels with gain reduction, spectrum with EQ curve, loudness. Nothing here prints."""

import math
from collections.abc import Sequence

import numpy as np
from rich.text import Text

from firmware.contract import EQ_BANDS, protocol
from firmware.engine import eq_response_db
from host_cli.assistant import Reference

from .braille import Canvas, log_grid, resampled
from .graph import even_ticks, graph, margins, scale
from .text import LEVEL_BOTTOM_DB, REDUCTION_TOP_DB, MeterView, bar

#: Ends of the scales of spectrum and EQ, in dB.
SPECTRUM_DB, EQ_DB = (-90.0, 0.0), 18.0
#: The loudness panel shows this much below and above its target, in LU.
BELOW_LU, ABOVE_LU = 18.0, 9.0
_LABELLED_HZ = (20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)
#: Colours of the curves; the titles of the panels name them.
INPUT, OUTPUT, EQ, ZERO, REFERENCE = "#9aa4b2", "#3fa0ff", "#ffd700", "#9a8a3a", "#c08cff"
#: The filled area of the input: dark enough for the curves in front of it.
INPUT_AREA = "#464d58"
SHORT, INTEGRATED, TARGET, MOMENTARY = "#5fd75f", "#ffd700", "#ff5fd7", "#9e9e9e"
#: Colours of the bars and of words. They are not those of the terminal's palette, because these cannot be dimmed when the meters stop.
SAFE, LOUD, OVER, REDUCTION, RESTING, EMPTY_BAR = "#4fb84f", "#e0b020", "#ff3b30", "#35b5c8", "#808080", "#202020"
_LEVEL_TICKS = tuple((db, f"{db or 0}".replace("-", "−")) for db in (0, -60, -12, -36, -24, -48, -6))
_REDUCTION_TICKS = tuple((db, f"−{db}" if db else "0") for db in (0, 20, 10, 5, 15))


def number(value: float, form: str = ".1f", silent: float = -100.0) -> str:
    """A number with a minus sign, or a dash for silence."""
    return f"{value:{form}}".replace("-", "−") if math.isfinite(value) and value > silent else "–"


def levels(view: MeterView, frame: dict[str, float], values: dict, width: int, scales: bool = False) -> Text:
    """Bars of input and output levels and of the gain reduction of each band in use and of the limiter; with `scales` below."""
    cells = max(width - 24, 4)
    text = Text(no_wrap=True)
    for side in ("in", "out"):
        for channel in ("l", "r"):
            name = f"{side}_peak_{channel}_dbfs"
            value = frame.get(name, -150.0)
            colour = OVER if value >= -0.1 else LOUD if value > -6 else SAFE
            text.append(f"{side.upper():>4} {channel.upper()}      ")
            text.append(bar(1 - value / LEVEL_BOTTOM_DB, cells), f"{colour} on {EMPTY_BAR}")
            text.append(f"{number(view.shown.get(name, -150.0)):>7} dBFS\n")
    if scales:
        text.append(f"{'dBFS':>9}   {scale(_LEVEL_TICKS, LEVEL_BOTTOM_DB, 0, cells)}\n", RESTING)
    for label, name, state in _reductions(values):
        if state:
            text.append(f"{label:<12}{state}\n", RESTING)
            continue
        value = frame.get(name, 0.0)
        text.append(f"{label:<12}")
        text.append(bar(-value / REDUCTION_TOP_DB, cells), f"{REDUCTION} on {EMPTY_BAR}")
        text.append(f"{number(view.shown.get(name, 0.0)):>7} dB\n")
    if scales:
        text.append(f"{'dB':>9}   {scale(_REDUCTION_TICKS, 0, REDUCTION_TOP_DB, cells)}\n", RESTING)
    moved = [(n, view.shown.get(f"eq_b{n}_db", 0.0)) for n in range(1, EQ_BANDS + 1)]
    words = "  ".join(f"{n}: {number(value, '+.1f')}" for n, value in moved if abs(value) >= 0.05)
    if words:
        text.append(f"dynamic EQ  {words} dB\n", REDUCTION)
    text.rstrip()
    return text


def health(held_dbtp: float, frame: dict[str, float], values: dict) -> str:
    """The highest true peak, red above the ceiling, and the load and xruns of the box, with markup."""
    ceiling = values["limiter.ceiling_dbtp"] if values["limiter.enabled"] and not values["chain.bypass"] else 0.0
    load, xruns = frame.get("load_pct", 0.0), int(frame.get("xruns", 0))
    parts = (
        (f"TP hold {number(held_dbtp)} dBTP", held_dbtp > ceiling + 0.05),
        (f"load {load:.0f} %", load > protocol.OVERLOAD_PCT),
        (f"xruns {xruns}", xruns > 0),
    )
    return "  ".join(f"[bold {OVER}]{words}[/]" if alarming else words for words, alarming in parts)


def _reductions(values: dict) -> list[tuple[str, str, str]]:
    """(label, name of the meter, reason why it does not process or "") of each compressor band in use, and of the limiter."""
    used = int(values["multiband.bands"])
    edges = [values[f"multiband.x{n}_hz"] for n in range(1, used)]
    rows = []
    for n in range(1, used + 1):
        label = (
            f"<{_hz(edges[0])}"
            if n == 1
            else f">{_hz(edges[-1])}"
            if n == used
            else f"{_hz(edges[n - 2])}–{_hz(edges[n - 1])}"
        )
        off = "off" if not values["multiband.enabled"] else "bypassed" if values[f"multiband.b{n}.bypass"] else ""
        rows.append((f"{n} {label}", f"gr_b{n}_db", off))
    return [*rows, ("limiter", "gr_limiter_db", "" if values["limiter.enabled"] else "off")]


def _hz(hz: float) -> str:
    return f"{hz / 1000:.2g}k" if hz >= 1000 else f"{hz:.0f}"


def spectrum(
    found: dict | None,
    curves_db: Sequence[Sequence[float]],
    width: int,
    height: int,
    reference: Reference | None = None,
) -> Text:
    """Spectra of input and output (dB on the left) with the curve of the EQ (dB on the right) over the frequency, and that of
    `reference` behind them.

    `curves_db`: one curve or one per channel, with any number of points from 20 Hz to 20 kHz in equal steps of octaves."""
    left = even_ticks(*SPECTRUM_DB, height - 1, (10, 15, 30, 45, 90))
    right = even_ticks(-EQ_DB, EQ_DB, height - 1, (3, 6, 9, 18), "+g")
    beside, below = margins(left, right)
    size = max(width - beside, 4), max(height - below, 2)
    eq, zero = Canvas(*size, -EQ_DB, EQ_DB), Canvas(*size, -EQ_DB, EQ_DB)
    wet, dry, song = (Canvas(*size, *SPECTRUM_DB) for _ in range(3))
    zero.line(0.0)
    grid = log_grid(eq.columns)
    for curve in curves_db:
        eq.curve(np.interp(np.linspace(0, len(curve) - 1, eq.columns), np.arange(len(curve)), curve).tolist())
    if found is not None:
        wet.curve(resampled(found["hz"], found["output"], grid))
        dry.curve(resampled(found["hz"], found["input"], grid), fill=True)
    if reference is not None:
        levels_db = resampled(list(reference.hz), list(reference.db), grid)
        end_hz = reference.hz[-1] * 2 ** (1 / 6)
        song.curve([db if hz <= end_hz else math.nan for hz, db in zip(grid, levels_db, strict=True)])
    ticks = [(round(math.log(hz / 20) / math.log(1000) * (size[0] - 1)), _hz(hz)) for hz in _LABELLED_HZ]
    ticks.sort(key=lambda tick: tick[1] not in ("20", "100", "1k", "10k"))  # these have a label in any width
    return graph(
        [(eq, EQ), (zero, ZERO), (wet, OUTPUT), (song, REFERENCE)], left, ticks, right, EQ, area=(dry, INPUT_AREA)
    )


def loudness(
    history: Sequence[tuple[float, float]],
    points: int,
    span_s: float,
    target_lufs: float,
    frame: dict,
    width: int,
    height: int,
) -> Text:
    """The loudness now, and short-term and integrated loudness of the last `span_s` seconds around the target. `history`:
    (short-term, integrated) of at most `points` points, the newest last."""
    text = _loudness_now(frame, target_lufs, width)
    top, bottom = round(target_lufs) + ABOVE_LU, round(target_lufs) - BELOW_LU
    mark = number(target_lufs, "g")
    left = [(target_lufs, mark), *even_ticks(bottom, top, height - 2, (3, 6, 9, 18))]
    beside, below = margins(left)
    size = max(width - beside, 4), max(height - below - 1, 1)
    short, integrated, goal = (Canvas(*size, bottom, top) for _ in range(3))
    goal.line(target_lufs, 2)
    for canvas, column in ((short, 0), (integrated, 1)):
        values = [math.nan] * (points - len(history)) + [point[column] for point in history]
        canvas.curve([values[min(int(x * points / canvas.columns), points - 1)] for x in range(canvas.columns)])
    ticks = [
        (round((1 - s / span_s) * (size[0] - 1)), f"−{s:g} s" if s else "now")
        for s in (0, span_s, span_s / 2, span_s / 4)
    ]
    text.append_text(
        graph([(integrated, INTEGRATED), (short, SHORT), (goal, TARGET)], left, ticks, marked=(mark, TARGET))
    )
    return text


def _loudness_now(frame: dict, target_lufs: float, width: int) -> Text:
    """One line. Parts that do not fit are left out, starting from the right."""
    integrated = frame.get("out_integrated_lufs", -150.0)
    off = f"{number(integrated - target_lufs, '+.1f')} LU" if integrated > -100 else "–"
    near = abs(integrated - target_lufs) <= 1
    parts = [
        (f"I {number(integrated)} ", INTEGRATED),
        (f"({off}) ", (f"bold {SAFE}" if near else f"bold {TARGET}") if integrated > -100 else ""),
        (f" S {number(frame.get('out_short_lufs', -150.0))} ", SHORT),
        (f" M {number(frame.get('out_momentary_lufs', -150.0))} ", MOMENTARY),
        (f" LRA {number(frame.get('out_lra_lu', 0.0))} LU", ""),
    ]
    text = Text(no_wrap=True)
    for words, style in parts:
        if len(text.plain) + len(words) <= width:
            text.append(words, style)
    text.append("\n")
    return text


def eq_curves_db(table: dict, values: dict, rate_hz: int, grid_hz: Sequence[float]) -> list[list[float]]:
    """The curve of the EQ in dB at `grid_hz` (`firmware.engine.eq_response_db`) from plain values: one curve, or one each for
    left and right if they differ."""
    checked = {id: table[id].check(value) for id, value in values.items()}
    left, right = eq_response_db(checked, rate_hz, np.array(grid_hz))
    return [left.tolist()] if np.array_equal(left, right) else [left.tolist(), right.tolist()]
