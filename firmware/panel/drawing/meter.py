"""METER: loudness with its history against the target, and as large numbers."""

import numpy as np

from .canvas import ACCENT, BLACK, BRIGHT, DIM, FAINT, GRID, PLAIN, Canvas
from .frame import picture_box
from .view import PanelView

#: Rows of the loudness trace per second.
ROWS_PER_S = 4


def detail(view: PanelView) -> str:
    """What is chosen, for the head."""
    seconds = int(view.meter("out_measured_s", 0.0))
    state = "measured" if view.on("meter.running") else "PAUSED"
    return f"{seconds // 60}:{seconds % 60:02d} {state}, target {view.face.target_lufs:g}"


def text(value: float, digits: int = 1) -> str:
    """A level as text; dashes where there is none."""
    return "--" if value < -99 else f"{value + 0.0:.{digits}f}"


def draw(canvas: Canvas, view: PanelView) -> None:
    """The integrated loudness, the other figures, and the history."""
    left, top, right, bottom = picture_box(canvas)
    tone = FAINT if view.stale else BRIGHT
    integrated = view.meter("out_integrated_lufs")
    end = canvas.text(left + 1, top + 1, text(integrated), 24, tone)
    canvas.text(end + 4, top + 2, "I LUFS", 7, DIM)
    if integrated > -99:
        off = integrated - view.face.target_lufs
        after = canvas.text(end + 4, top + 11, f"{off:+.1f}", 9, PLAIN if abs(off) <= 1 else BRIGHT)
        canvas.text(after + 2, top + 12.5, "LU", 7, DIM)
    rows = (
        (("M", "out_momentary_lufs"), ("S", "out_short_lufs"), ("TP", "out_max_tp_dbtp")),
        (("LRA", "out_lra_lu"), ("PLR", "out_plr_db")),
    )
    step = 41
    for column, (label, name) in enumerate(rows[0]):
        x = left + 1 + column * step
        after = canvas.text(x, bottom - 8, label, 7, DIM)
        canvas.text(after + 2, bottom - 9, text(view.meter(name)), 10, FAINT if view.stale else PLAIN)
    for row, (label, name) in enumerate(rows[1]):
        canvas.text(left + 92, top + 2 + 11 * row, label, 7, DIM)
        canvas.text(
            left + 130,
            top + 1 + 11 * row,
            text(view.meter(name) if integrated > -99 else -150.0),
            10,
            FAINT if view.stale else PLAIN,
            align="right",
        )
    _draw_history(canvas, view, (left + 137, top, right, bottom))


def _draw_history(canvas: Canvas, view: PanelView, box) -> None:
    left, top, right, bottom = box
    target, scale = view.face.target_lufs, view.face.scale_lu
    high, low = target + scale, target - 2 * scale

    def y(lufs):
        return top + (high - np.clip(lufs, low, high)) / (high - low) * (bottom - top - 1)

    for lu in np.arange(-2 * scale, scale + 1, scale / 3 * (2 if scale == 9 else 1)):
        canvas.horizontal(left, right - 14, float(y(target + lu)), GRID)
    line = float(y(target))
    canvas.horizontal(left, right - 14, line, ACCENT, dash=3)
    canvas.text(right - 1, line - 2.5, f"{target:g}", 7, ACCENT, align="right")
    canvas.text(right - 1, top, f"+{scale:.0f}", 7, DIM, align="right")
    canvas.text(right - 1, bottom - 7, f"-{2 * scale:.0f}", 7, DIM, align="right")
    most = round(view.face.window_s * ROWS_PER_S)
    rows = view.loudness_trace[-most:]
    if not len(rows):
        return
    columns = canvas.columns(left, right - 16)
    place = columns * most - (most - len(rows))
    known = place >= 0
    index = np.clip(place, 0, len(rows) - 1).astype(int)
    momentary, short_term = (np.where(known & (rows[index, k] > -99), y(rows[index, k]), bottom + 9) for k in (0, 1))
    canvas.area(left, momentary, np.full(len(columns), bottom), FAINT, top, bottom)
    canvas.curve(left, short_term, BRIGHT, top, bottom, 1.4)


def draw_numbers(canvas: Canvas, view: PanelView) -> None:
    """Six figures to be read from two metres."""
    left, top, right, bottom = picture_box(canvas)
    figures = (
        ("I LUFS", "out_integrated_lufs", 26), ("S LUFS", "out_short_lufs", 20), ("TP dBTP", "out_max_tp_dbtp", 20),
    )  # fmt: skip
    small = (("M", "out_momentary_lufs"), ("LRA", "out_lra_lu"), ("PLR", "out_plr_db"))
    x = left + 1
    for (label, name, size), (other, other_name) in zip(figures, small, strict=True):
        over = name == "out_max_tp_dbtp" and view.meter(name) > view.values["limiter.ceiling_dbtp"] + 0.1
        words, y = text(view.meter(name)), top + 2 + 0.72 * (26 - size)
        if over:
            canvas.box(x - 1, y - 2, x + canvas.text_width(words, size) + 2, y + 0.8 * size, PLAIN)
        canvas.text(x, y, words, size, FAINT if view.stale else BLACK if over else BRIGHT)
        after = canvas.text(x, bottom - 8, label, 7, DIM)
        after = canvas.text(after + 7, bottom - 8, other, 7, DIM)
        known = other == "M" or view.meter("out_integrated_lufs") > -99
        canvas.text(after + 2, bottom - 8, text(view.meter(other_name) if known else -150.0), 8, PLAIN)
        x += (right - left) / 3
