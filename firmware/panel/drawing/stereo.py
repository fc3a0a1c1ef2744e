"""STEREO: vectorscope, correlation of the whole and of each band, and the width of each band on the frequency axis.

The vectorscope shows samples of the output, turned by 45 degrees: mono is upright, and what only one channel plays lies on the line
to its letter. The correlation of a band comes from the spectrum of the output (`Spectrum.read_relations`).
"""

import numpy as np

from dsp_ext.meters import BANDS_HZ

from .canvas import ACCENT, BLACK, BRIGHT, DIM, FAINT, GRID, PLAIN, SHADE, Canvas
from .eq import x_of
from .frame import picture_box
from .view import PanelView

_WIDEST_PCT = 200.0
#: The quietest music for which the vectorscope is enlarged until it fills its square, in dBFS.
_QUIETEST_DB = -60.0
#: Height of the figures above the bands.
_FIGURES = 9.0


def detail(view: PanelView) -> str:
    """What is chosen, for the head."""
    if not view.on("stereo.enabled"):
        return "STEREO OFF"
    parts = [f"mono below {view.values['stereo.mono_hz']:.0f} Hz"] if view.on("stereo.mono") else []
    balance = view.values["stereo.balance_pct"]
    parts += [f"balance {abs(balance):.0f} % {'right' if balance > 0 else 'left'}"] if balance else []
    swapped = [side for side in ("left", "right") if view.on(f"stereo.invert_{side}")]
    return ", ".join([*parts, *(f"{side} inverted" for side in swapped)])


def draw(canvas: Canvas, view: PanelView) -> None:
    """The picture."""
    left, top, right, bottom = picture_box(canvas)
    size = bottom - top
    wide = min(size * 1.35, 0.38 * (right - left))  # on a tall screen the bands need the other half
    _draw_scope(canvas, view, left, top, wide, size)
    _draw_correlation(canvas, view, left + wide + 6, top, bottom)
    _draw_widths(canvas, view, (left + wide + 40, top, right, bottom))


def _draw_scope(canvas: Canvas, view: PanelView, left: float, top: float, width: float, height: float) -> None:
    x, y, r = left + width / 2, top + height / 2, min(width / 1.35, height) / 2
    canvas.line(((x - r, y - r), (x + r, y + r)), SHADE)
    canvas.line(((x + r, y - r), (x - r, y + r)), SHADE)
    canvas.text(x - r - 7, y - r, "L", 7, DIM)
    canvas.text(x + r + 3, y - r, "R", 7, DIM)
    points = view.points
    peak = float(np.abs(points).max()) if len(points) else 0.0
    if peak < 10 ** (_QUIETEST_DB / 20) or view.stale:
        return
    # The peak fills the picture, so that quiet music is seen too.
    side, mid = (points[:, 1] - points[:, 0]) / (2 * peak), (points[:, 0] + points[:, 1]) / (2 * peak)
    canvas.dots((left, top, left + width, top + height), x + side * r, y - mid * r, np.linspace(0.4, 1.0, len(points)))


def correlation(spectrum_db: np.ndarray, relations: np.ndarray, low_hz: float, high_hz: float) -> float:
    """The correlation of left and right between two frequencies, from -1 to 1; 0 in silence, and where a channel is silent.
    `spectrum_db` are the levels of `BANDS_HZ`; `relations` as in `PanelView`."""
    hz = np.array(BANDS_HZ)
    inside = (hz >= low_hz) & (hz < high_hz)
    power = np.where(spectrum_db[inside] > -120, 10.0 ** (spectrum_db[inside] / 10), 0.0)
    cross, lean = (float(np.sum(power * row[inside])) for row in relations)
    both = float(np.sum(power)) ** 2 - lean**2
    return max(-1.0, min(1.0, cross / both**0.5)) if both > 1e-9 * float(np.sum(power)) ** 2 > 0 else 0.0


def _draw_correlation(canvas: Canvas, view: PanelView, x: float, top: float, bottom: float) -> None:
    value = view.meter("out_correlation", 0.0)
    middle, half = (top + bottom) / 2, (bottom - top) / 2 - 1
    canvas.box(x, top + 1, x + 5, bottom - 1, BLACK, outline=FAINT)
    canvas.text(x + 8, top + 1, "+1", 7, DIM)
    canvas.text(x + 8, bottom - 7, "-1", 7, DIM)
    y = middle - value * (half - 1)
    canvas.box(x + 1, min(middle, y), x + 4, max(middle, y), FAINT if view.stale else PLAIN if value >= 0 else ACCENT)
    canvas.box(x - 1, y - 1, x + 6, y + 1, FAINT if view.stale else BRIGHT)
    _draw_figure(canvas, x + 8, middle - 3.5, value, 9, FAINT if view.stale else BRIGHT)


def _draw_figure(canvas: Canvas, x: float, y: float, value: float, size: float, tone: int) -> float:
    """A correlation as text; dark on light if it is negative, because that is lost in mono. Returns the x of its right end."""
    words = f"{value:+.2f}"
    if value < -0.005:
        canvas.box(x - 2, y - 1.5, x + canvas.text_width(words, size) + 2, y + 0.8 * size + 0.5, tone)
        tone = BLACK
    return canvas.text(x, y, words, size, tone)


def _draw_widths(canvas: Canvas, view: PanelView, box) -> None:
    left, top, right, bottom = box
    on = view.on("stereo.enabled")
    hz = (20.0, *sorted((view.values["stereo.split_low_hz"], view.values["stereo.split_high_hz"])), 20000.0)
    xs = [float(x_of(f, left, right)) for f in hz]
    high = top + _FIGURES
    full = high + (bottom - high) * (1 - 100 / _WIDEST_PCT)
    for n, band in enumerate(("low", "mid", "high")):
        width = view.values[f"stereo.width_{band}_pct"]
        x0, x1 = xs[n] + 1, xs[n + 1] - 1
        y = bottom - (bottom - high) * width / _WIDEST_PCT
        canvas.box(x0, y, x1, bottom, FAINT if on else GRID)
        canvas.box(x0, y, x1, y + 1.5, BRIGHT if on else DIM)
        canvas.text(
            (x0 + x1) / 2, bottom - 8, f"{width:.0f} %", 8, BRIGHT if on else DIM, align="middle", width=x1 - x0
        )
    canvas.horizontal(left, right, full, DIM, dash=2)
    if view.on("stereo.mono") and on:
        x = float(x_of(view.values["stereo.mono_hz"], left, right))
        canvas.box(left, high, x, bottom, BLACK)
        for offset in np.arange(0, x - left, 4):
            canvas.vertical(left + offset, high, bottom, GRID)
        canvas.vertical(x, high, bottom, ACCENT)
        canvas.text(left + 1, bottom - 8, "mono", 8, BRIGHT, width=x - left - 1)
    for n in range(3):
        _draw_band_correlation(canvas, view, (xs[n] + 1, top, xs[n + 1] - 1), (hz[n], hz[n + 1]))


def _draw_band_correlation(canvas: Canvas, view: PanelView, box, edges_hz) -> None:
    """The correlation of what is heard in a band, above it."""
    left, top, right = box
    canvas.box(left, top, right, top + _FIGURES, BLACK)
    if view.stale or max(view.spectra[1]) < _QUIETEST_DB - 30:
        return
    value = correlation(view.spectra[1], view.relations, *edges_hz)
    words, word = canvas.text_width("+0.00", 8), canvas.text_width("corr ", 7) + 2
    x = (left + right - words) / 2
    if right - left > words + word + 8:
        canvas.text(x - word / 2, top + 1.5, "corr", 7, DIM)
        x += word / 2
    _draw_figure(canvas, x, top + 1.5, value, 8, BRIGHT)
