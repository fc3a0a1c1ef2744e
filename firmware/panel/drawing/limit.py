"""LIMIT: five seconds of gain reduction over the envelope of the output, the ceiling, and the figures that matter."""

import numpy as np

from firmware.contract import BY_ID

from .canvas import ACCENT, BLACK, BRIGHT, DIM, FAINT, GRID, PLAIN, Canvas
from .frame import picture_box
from .view import PanelView

#: Range of the envelope in dB, and gain reduction for the whole height.
LOW_DB = -24.0
REDUCTION_DB = 14.0
_RIGHT = 82
_SCALE = 12


def detail(view: PanelView) -> str:
    """What is chosen, for the head."""
    if not view.on("limiter.enabled"):
        return "LIMITER OFF, NO CEILING"
    style = BY_ID["limiter.style"].to_plain(view.values["limiter.style"])
    bits = BY_ID["dither.bits"].to_plain(view.values["dither.bits"])
    extra = [f"{bits} bit"] if bits != "off" else []
    extra += ["sample peak"] if not view.on("limiter.true_peak") else []
    extra += [word for word in ("delta", "unity_listen") if view.on(f"limiter.{word}")]
    return ", ".join([style, *extra]).replace("_listen", "")


def draw(canvas: Canvas, view: PanelView) -> None:
    """The picture."""
    left, top, right, bottom = picture_box(canvas)
    end = right - _RIGHT
    rows = view.limit_trace if len(view.limit_trace) else np.array([[0.0, -200.0]])
    columns = canvas.columns(left, end)
    index = np.clip((columns * len(rows)).astype(int), 0, len(rows) - 1)
    reduction, peak = -rows[index, 0], rows[index, 1]
    high = 1.0
    span = bottom - top
    for db in (-6, -12, -18):
        y = top + (high - db) / (high - LOW_DB) * span
        canvas.horizontal(left, end, y, GRID)
    level = np.clip((peak - LOW_DB) / (high - LOW_DB), 0, 1) * span
    canvas.area(left, bottom - level, bottom, GRID if view.stale else FAINT, top, bottom)
    ceiling = top + (high - view.values["limiter.ceiling_dbtp"]) / (high - LOW_DB) * span
    canvas.area(left, np.full(len(columns), ceiling), ceiling + reduction * span / REDUCTION_DB, BRIGHT, top, bottom)
    on = view.on("limiter.enabled")
    canvas.horizontal(left, end, ceiling - 0.5, ACCENT if on else FAINT, dash=0 if on else 3)
    for db in (-6, -12, -18):
        canvas.text(end + _SCALE, top + (high - db) / (high - LOW_DB) * span - 2.5, str(db), 7, DIM, align="right")
    _draw_figures(canvas, view, end + _SCALE + 4, top, right)


def _draw_figures(canvas: Canvas, view: PanelView, left: float, top: float, right: float) -> None:
    deepest = float(view.limit_trace[:, 0].min()) if len(view.limit_trace) else 0.0
    now = view.meter("gr_limiter_db", 0.0)
    tone = FAINT if view.stale else BRIGHT
    end = canvas.text(left, top, f"{now + 0.0:.1f}", 17, tone)
    canvas.text(end + 3, top, "GR dB", 7, DIM)
    most = f"{deepest + 0.0:.{0 if deepest <= -9.95 else 1}f}"
    canvas.text(end + 3, top + 7, f"{most} max", 7, DIM, width=right - end - 3)
    for row, (label, name) in enumerate((("TP", "out_max_tp_dbtp"), ("S", "out_short_lufs"))):
        value = view.meter(name)
        y, x = top + 17 + 9 * row, left
        over = label == "TP" and value > view.values["limiter.ceiling_dbtp"] + 0.1
        canvas.text(x, y, label, 8, DIM)
        if over:
            canvas.box(x + 14, y - 1.5, x + 44, y + 8, PLAIN)
        canvas.text(x + 42, y, "--" if value < -99 else f"{value:.1f}", 9, BLACK if over else PLAIN, align="right")
        canvas.text(x + 45, y, "dBTP" if label == "TP" else "LUFS", 7, DIM)
