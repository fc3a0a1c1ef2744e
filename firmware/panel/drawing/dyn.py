"""DYN: the bands on the frequency axis with level, threshold and gain reduction, and the transfer curve of the chosen band."""

import numpy as np

from dsp_ext.multiband import transfer_db
from dsp_ext.settings import BAND
from firmware.contract import BAND_COUNTS, BY_ID
from firmware.panel.operation import short

from .canvas import ACCENT, BLACK, BRIGHT, DIM, FAINT, GRID, PLAIN, SHADE, Canvas
from .eq import HIGH_HZ, LOW_HZ, x_of
from .frame import picture_box
from .view import PanelView

#: Range of levels, in dB, and gain reduction for the whole height.
LOW_DB, REDUCTION_DB = -60.0, 18.0
_LISTENING = ("solo", "mute")


def edges_hz(view: PanelView) -> list[float]:
    """The limits of the bands in use, from the lowest to the highest frequency."""
    bands = int(BAND_COUNTS[int(view.values["multiband.bands"])])
    crossovers = sorted(view.values[f"multiband.x{n}_hz"] for n in range(1, bands))
    return [LOW_HZ, *crossovers, HIGH_HZ]


def detail(view: PanelView) -> str:
    """What is chosen, for the head."""
    if not view.on("multiband.enabled"):
        return "DYN OFF"
    low, high = (
        short(BY_ID["multiband.x1_hz"], hz)[0] for hz in edges_hz(view)[view.face.band - 1 : view.face.band + 1]
    )
    split = BY_ID["multiband.split"].to_plain(view.values["multiband.split"])
    words = [f"band {view.face.band}", f"{low}-{high} Hz", "mid/side" if view.on("multiband.mid_side") else "", split]
    return ", ".join(word for word in words if word)


def level_db(view: PanelView, band: int) -> float:
    """The level that the detector of a band hears, in dBFS: what the threshold is compared with."""
    return view.meter(f"level_b{band}_dbfs")


def draw(canvas: Canvas, view: PanelView) -> None:
    """The picture."""
    left, top, right, bottom = picture_box(canvas)
    wide = 78 if view.face.view == "up" else 44
    axis_right = right - wide - 5
    _draw_bands(canvas, view, (left, top, axis_right, bottom))
    _draw_transfer(canvas, view, (right - wide, top, right, bottom))


def _y(db: float, top: float, bottom: float) -> float:
    return bottom - min(max(1 - db / LOW_DB, 0.0), 1.0) * (bottom - top)


def _draw_bands(canvas: Canvas, view: PanelView, box) -> None:
    left, top, right, bottom = box
    edges = edges_hz(view)
    xs = [float(x_of(hz, left, right)) for hz in edges]
    for n in range(1, len(xs)):  # a band that is very narrow still has its number
        xs[n] = max(xs[n], xs[n - 1] + 16)
    for n in range(len(xs) - 2, 0, -1):
        xs[n] = min(xs[n], xs[n + 1] - 16)
    for band in range(1, len(edges)):
        name, chosen = f"multiband.b{band}", band == view.face.band
        x0, x1 = xs[band - 1] + 1, xs[band] - 1
        off = view.on(f"{name}.bypass") or view.on(f"{name}.mute") or not view.on("multiband.enabled")
        canvas.box(x0, top, x1, bottom, BLACK, outline=DIM if chosen else GRID)
        level = _y(level_db(view, band), top, bottom - 1)
        canvas.box(x0 + 1, level, x1 - 1, bottom - 1, SHADE if off or view.stale else FAINT if chosen else GRID)
        threshold = _y(view.values[f"{name}.threshold_db"], top, bottom - 1)
        canvas.horizontal(
            x0 + 1, x1 - 1, threshold, GRID if off else ACCENT if chosen else DIM, dash=0 if chosen else 2
        )
        reduction = 0.0 if off else -view.meter(f"gr_b{band}_db", 0.0)
        reach = min(max(reduction / REDUCTION_DB, 0.0), 1.0) * (bottom - top - 2)
        canvas.box(x0 + 1, top + 1, x1 - 1, top + 1 + reach, FAINT if view.stale else BRIGHT if chosen else PLAIN)
        word = (
            "mute"
            if view.on(f"{name}.mute")
            else "off"
            if off
            else f"-{reduction:.{0 if x1 - x0 < 24 else 1}f}"
            if reduction >= 0.05
            else ""
            if x1 - x0 >= 38
            else str(band)
        )
        covered = top + 1 + reach > bottom - 9
        tone = BLACK if covered else DIM if off else BRIGHT if chosen else PLAIN
        numbered = x1 - x0 >= 38
        middle = (x0 + x1) / 2 + (5 if numbered else 0)
        canvas.text(middle, bottom - 10, word, 9, tone, align="middle", width=x1 - x0)
        if numbered:
            canvas.text(x0 + 3, bottom - 10, str(band), 9, tone if covered or chosen else DIM)
        if view.face.view == "split" and band < len(edges) - 1:
            edge = short(BY_ID["multiband.x1_hz"], edges[band])[0]
            start = x1 - canvas.text_width(edge, 8) - 4
            canvas.box(start, top + 10, x1, top + 20, BLACK, outline=FAINT)
            canvas.text(x1 - 2, top + 12, edge, 8, ACCENT, align="right", width=x1 - x0 - 2)
        if view.on(f"{name}.solo"):
            canvas.text((x0 + x1) / 2, bottom - 18, "SOLO", 7, ACCENT, align="middle", width=x1 - x0)


def settings_of(view: PanelView, band: int) -> dict[str, float]:
    """The settings of a band that shape its static curve."""
    return {name: view.values[f"multiband.b{band}.{name}"] for name in BAND if name not in _LISTENING}


def _draw_transfer(canvas: Canvas, view: PanelView, box) -> None:
    left, top, right, bottom = box
    canvas.box(left, top, right, bottom, BLACK, outline=FAINT)
    levels = LOW_DB * (1 - canvas.columns(left, right))
    canvas.line(((left, bottom - 1), (right - 1, top)), GRID)
    settings = settings_of(view, view.face.band)
    x = left + (1 - settings["threshold_db"] / LOW_DB) * (right - left)
    canvas.vertical(min(max(x, left), right - 1), top, bottom, FAINT)
    out = np.asarray(transfer_db(levels, settings))
    canvas.curve(left, bottom - (1 - out / LOW_DB) * (bottom - top), BRIGHT, top, bottom, 1.5)
    level = level_db(view, view.face.band)
    if level > LOW_DB:
        at = float(transfer_db([level], settings)[0])
        dot_x = left + min(1 - level / LOW_DB, 1.0) * (right - left)
        canvas.dot(min(dot_x, right - 3), max(_y(at, top, bottom), top + 2.5), 2.4, ACCENT)
