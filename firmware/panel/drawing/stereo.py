"""STEREO: vectorscope, correlation, and the width of each band on the frequency axis.

The vectorscope draws the ellipses of the covariance of both channels over 400 ms, from the meters of level and correlation: one
and two standard deviations. It shows width, balance and phase like a cloud of samples, but not its single points.
"""

import numpy as np

from .canvas import ACCENT, BLACK, BRIGHT, DIM, FAINT, GRID, PLAIN, SHADE, Canvas
from .eq import x_of
from .frame import picture_box
from .view import PanelView

_WIDEST_PCT = 200.0


def detail(view: PanelView) -> str:
    """What is chosen, for the head."""
    if not view.on("stereo.enabled"):
        return "STEREO OFF"
    parts = [f"mono below {view.values['stereo.mono_hz']:.0f} Hz"] if view.on("stereo.mono") else []
    swapped = [side for side in ("left", "right") if view.on(f"stereo.invert_{side}")]
    return ", ".join([*parts, *(f"{side} inverted" for side in swapped)])


def draw(canvas: Canvas, view: PanelView) -> None:
    """The picture."""
    left, top, right, bottom = picture_box(canvas)
    size = bottom - top
    _draw_scope(canvas, view, left, top, size * 1.35, size)
    _draw_correlation(canvas, view, left + size * 1.35 + 6, top, bottom)
    _draw_widths(canvas, view, (left + size * 1.35 + 40, top, right, bottom))


def _draw_scope(canvas: Canvas, view: PanelView, left: float, top: float, width: float, height: float) -> None:
    x, y, r = left + width / 2, top + height / 2, height / 2
    canvas.line(((x - r, y - r), (x + r, y + r)), SHADE)
    canvas.line(((x + r, y - r), (x - r, y + r)), SHADE)
    canvas.text(x - r - 7, top, "L", 7, DIM)
    canvas.text(x + r + 3, top, "R", 7, DIM)
    left_db, right_db = view.meter("out_rms_l_dbfs"), view.meter("out_rms_r_dbfs")
    if max(left_db, right_db) < -90 or view.stale:
        return
    # The louder channel fills the picture, so that quiet music is seen too.
    left_rms, right_rms = (10 ** ((level - max(left_db, right_db)) / 20) for level in (left_db, right_db))
    shared = view.meter("out_correlation", 0.0) * left_rms * right_rms
    covariance = np.array([[left_rms**2, shared], [shared, right_rms**2]])
    values, vectors = np.linalg.eigh(covariance)
    rows, columns = np.mgrid[-1:1:41j, -1:1:41j]
    side, mid = columns * width / height, -rows
    points = np.stack([mid - side, mid + side], axis=-1) / np.sqrt(2) @ vectors  # left and right of each place
    # eigh sorts: the first is the shorter axis. An axis of zero is a line of the width of a pixel.
    axes = np.sqrt(np.maximum(values, 4e-3)) * 0.45
    distance = np.sqrt(np.sum((points / axes) ** 2, axis=-1))
    cloud = np.exp(-(distance**2) / 2) * 0.85 + 0.25 * (np.abs(distance - 2) < 0.18)
    canvas.cloud(left, top, left + width, top + height, np.where(cloud > 0.06, cloud, 0))


def _draw_correlation(canvas: Canvas, view: PanelView, x: float, top: float, bottom: float) -> None:
    value = view.meter("out_correlation", 0.0)
    middle, half = (top + bottom) / 2, (bottom - top) / 2 - 1
    canvas.box(x, top + 1, x + 5, bottom - 1, BLACK, outline=FAINT)
    for mark, label in ((1, "+1"), (0, "0"), (-1, "-1")):
        canvas.text(x + 8, middle - mark * (half - 3) - 2.5, label, 7, DIM)
    y = middle - value * (half - 1)
    canvas.box(x + 1, min(middle, y), x + 4, max(middle, y), FAINT if view.stale else PLAIN if value >= 0 else ACCENT)
    canvas.box(x - 1, y - 1, x + 6, y + 1, FAINT if view.stale else BRIGHT)
    canvas.text(x + 8, middle - 0.45 * half - 2.5, f"{value:+.2f}", 7, BRIGHT)


def _draw_widths(canvas: Canvas, view: PanelView, box) -> None:
    left, top, right, bottom = box
    on = view.on("stereo.enabled")
    hz = (20.0, *sorted((view.values["stereo.split_low_hz"], view.values["stereo.split_high_hz"])), 20000.0)
    xs = [float(x_of(f, left, right)) for f in hz]
    full = top + (bottom - top) * (1 - 100 / _WIDEST_PCT)
    for n, band in enumerate(("low", "mid", "high")):
        width = view.values[f"stereo.width_{band}_pct"]
        x0, x1 = xs[n] + 1, xs[n + 1] - 1
        y = bottom - (bottom - top) * width / _WIDEST_PCT
        canvas.box(x0, y, x1, bottom, FAINT if on else GRID)
        canvas.box(x0, y, x1, y + 1.5, BRIGHT if on else DIM)
        canvas.text(
            (x0 + x1) / 2, bottom - 8, f"{width:.0f} %", 8, BRIGHT if on else DIM, align="middle", width=x1 - x0
        )
    canvas.horizontal(left, right, full, DIM, dash=2)
    if view.on("stereo.mono") and on:
        x = float(x_of(view.values["stereo.mono_hz"], left, right))
        canvas.box(left, top, x, bottom, BLACK)
        for offset in np.arange(0, x - left, 4):
            canvas.vertical(left + offset, top, bottom, GRID)
        canvas.vertical(x, top, bottom, ACCENT)
        canvas.text(left + 1, bottom - 8, "mono", 8, BRIGHT, width=x - left - 1)
    balance = view.values["stereo.balance_pct"]
    if balance:
        words = f"balance {abs(balance):.0f} {'R' if balance > 0 else 'L'}"
        canvas.box(right - canvas.text_width(words, 7) - 3, top, right, top + 9, BLACK)
        canvas.text(right - 1, top + 1, words, 7, PLAIN, align="right")
