"""EQ: the sum curve, the chosen band's curve and the nodes over the live spectrum."""

import functools

import numpy as np

from dsp_ext.meters import BANDS_HZ
from firmware.contract import BAND_PLACEMENTS, BAND_TYPES, BY_ID, EQ_BANDS
from firmware.engine import eq_response_db
from firmware.panel.operation import short

from .canvas import ACCENT, BLACK, BRIGHT, DIM, FAINT, GRID, PLAIN, SHADE, Canvas
from .frame import picture_box
from .view import PanelView

LOW_HZ, HIGH_HZ = 20.0, 20000.0
MARKS_HZ = ((50, ""), (100, "100"), (200, ""), (500, ""), (1000, "1k"), (2000, ""), (5000, ""), (10000, "10k"))
SCALES_DB = (6.0, 12.0, 18.0)
#: The range of the spectrum, in dB; tilted by 3 dB per octave around 1 kHz, so that music is about level.
_SPECTRUM_DB = (-66.0, -24.0)
_TILT_DB = 3.0
#: Points of a curve in each column, so that a narrow bell keeps its tip.
_POINTS = 4
#: The parameters on which the curve depends.
_IDS = tuple(id for id in BY_ID if id.startswith("eq."))
_PLAIN_GAIN = ("bell", "low_shelf", "high_shelf", "tilt")


def x_of(hz, left: float, right: float):
    """The position of a frequency on a logarithmic axis."""
    return left + np.log(np.asarray(hz) / LOW_HZ) / np.log(HIGH_HZ / LOW_HZ) * (right - left)


def detail(view: PanelView) -> str:
    """What is chosen, for the head."""
    band, values = view.face.band, view.values
    words = [f"band {band}", BAND_TYPES[int(values[f"eq.b{band}.type"])].replace("_", " ")]
    placement = BAND_PLACEMENTS[int(values[f"eq.b{band}.placement"])]
    words += [placement] if placement != "stereo" else []
    words += ["dynamic"] if view.on(f"eq.b{band}.dynamic") else []
    words += ["off"] if not view.on(f"eq.b{band}.enabled") else []
    mode = short(BY_ID["eq.mode"], values["eq.mode"])[0] + " phase"
    return f"{' '.join(words)}, {mode}" if view.on("eq.enabled") else "EQ OFF"


def draw(canvas: Canvas, view: PanelView) -> None:
    """The picture."""
    left, top, right, bottom = box = picture_box(canvas)
    columns = len(canvas.columns(left, right))
    draw_spectrum(canvas, view, box)
    for mark, label in MARKS_HZ:
        x = float(x_of(mark, left, right))
        canvas.vertical(x, top, bottom, FAINT if label else GRID)
        if label == "10k":  # the scale in dB is at its right
            canvas.text(x - 2, bottom - 7, label, 7, DIM, align="right")
        elif label:
            canvas.text(x + 2, bottom - 7, label, 7, DIM)
    scale = _scale(view)
    middle, per_db = (top + bottom) / 2, (bottom - top) / 2 / (scale * 1.08)
    canvas.horizontal(left, right, middle - 0.5, FAINT)
    canvas.text(right - 1, top + 0.5, f"+{scale:.0f}", 7, DIM, align="right")
    canvas.text(right - 1, bottom - 7, f"-{scale:.0f}", 7, DIM, align="right")
    band, on = view.face.band, view.on("eq.enabled")
    alone = _response(view, columns, lambda n: n == band)
    whole = _response(view, columns, lambda n: _heard_with(view, n, band))
    if view.on(f"eq.b{band}.enabled"):
        curve = middle - alone * per_db
        zero = np.full(columns, middle)
        canvas.area(
            left,
            np.minimum(zero, curve.min(axis=1)),
            np.maximum(zero, curve.max(axis=1)),
            FAINT if on else GRID,
            top,
            bottom,
        )
    canvas.curve(left, middle - whole * per_db, BRIGHT if on else DIM, top, bottom, 1.5)
    _draw_nodes(canvas, view, box, middle, per_db)


def draw_spectrum(canvas: Canvas, view: PanelView, box) -> None:
    """The spectrum of the output as an area at the back."""
    left, top, right, bottom = box
    hz = LOW_HZ * (HIGH_HZ / LOW_HZ) ** canvas.columns(left, right)
    tilted = view.spectra[1] + _TILT_DB * np.log2(np.array(BANDS_HZ) / 1000)
    level = np.interp(np.log(hz), np.log(BANDS_HZ), tilted)
    low, high = _SPECTRUM_DB
    height = np.clip((level - low) / (high - low), 0, 1) * (bottom - top)
    canvas.area(left, bottom - height, bottom, SHADE, top, bottom)
    canvas.curve(left, bottom - height, GRID if view.stale else DIM, top, bottom, 0.8)


def _heard_with(view: PanelView, n: int, band: int) -> bool:
    """Whether band `n` acts on the same channels as `band`, at least partly."""
    mine, other = (BAND_PLACEMENTS[int(view.values[f"eq.b{k}.placement"])] for k in (band, n))
    return n == band or "stereo" in (mine, other) or mine == other


def _response(view: PanelView, columns: int, wanted) -> np.ndarray:
    """The response in dB of the wanted bands where they act, shape (columns, points)."""
    bands = tuple(n for n in range(1, EQ_BANDS + 1) if wanted(n))
    return response(tuple(view.values[id] for id in _IDS), bands, view.rate_hz, columns)


@functools.lru_cache(8)
def response(values: tuple[float, ...], bands: tuple[int, ...], rate_hz: float, columns: int) -> np.ndarray:
    """The response in dB of `bands` over the whole axis, shape (columns, points): from the functions that the kernels are
    designed from. `values` are those of _IDS."""
    settings = dict(zip(_IDS, values, strict=True)) | {"eq.enabled": 1.0, "eq.solo": 0.0}
    for n in range(1, EQ_BANDS + 1):
        settings[f"eq.b{n}.placement"] = 0.0
        if n not in bands:
            settings[f"eq.b{n}.enabled"] = 0.0
    if sum(settings[f"eq.b{n}.enabled"] for n in range(1, EQ_BANDS + 1)) < 2:
        settings["eq.auto_gain"] = 0.0
    places = (np.arange(columns * _POINTS) + 0.5) / (columns * _POINTS)
    hz = LOW_HZ * (HIGH_HZ / LOW_HZ) ** places
    return eq_response_db(settings, rate_hz, np.minimum(hz, 0.499 * rate_hz))[0].reshape(columns, _POINTS)


def _scale(view: PanelView) -> float:
    """The smallest scale that holds the gains of all bands that are on."""
    gains = [
        abs(view.values[f"eq.b{n}.gain_db"]) + abs(view.values[f"eq.b{n}.dyn_range_db"]) * view.on(f"eq.b{n}.dynamic")
        for n in range(1, EQ_BANDS + 1)
        if view.on(f"eq.b{n}.enabled")
    ]
    return next((scale for scale in SCALES_DB if scale >= max(gains, default=0)), SCALES_DB[-1])


def _draw_nodes(canvas: Canvas, view: PanelView, box, middle: float, per_db: float) -> None:
    left, top, right, bottom = box
    order = sorted(range(1, EQ_BANDS + 1), key=lambda n: n == view.face.band)
    for n in order:
        band, chosen = f"eq.b{n}", n == view.face.band
        on = view.on(f"{band}.enabled")
        if not (on or chosen):
            continue
        kind = BAND_TYPES[int(view.values[f"{band}.type"])]
        gain = view.values[f"{band}.gain_db"] if kind in _PLAIN_GAIN else 0.0
        if kind in ("low_shelf", "high_shelf"):
            gain /= 2
        x = float(np.clip(x_of(view.values[f"{band}.freq_hz"], left, right), left + 4, right - 4))
        y = float(np.clip(middle - gain * per_db, top + 4, bottom - 4))
        moved = view.meter(f"eq_b{n}_db", 0.0)
        if on and view.on(f"{band}.dynamic") and moved:
            end = float(np.clip(y - moved * per_db, top, bottom))
            canvas.box(x - 1.5, min(y, end), x + 1.5, max(y, end), PLAIN)
        if chosen:
            canvas.dot(x, y, 5.2, BLACK)
            canvas.dot(x, y, 4.5, ACCENT, filled=on)
            canvas.text(x + 0.5, y - 2.8, str(n), 8, BLACK if on else BRIGHT, align="middle")
            if on and view.on(f"{band}.dynamic") and moved:  # where the gain is now
                canvas.box(x - 8, end - 1, x + 8, end + 1, ACCENT)
        else:
            canvas.dot(x, y, 2.2, BRIGHT if view.on("eq.enabled") else DIM, filled=False)


def draw_setup(canvas: Canvas, view: PanelView) -> None:
    """The view of phase and taps: the curve, with words on what the choice costs."""
    draw(canvas, view)
