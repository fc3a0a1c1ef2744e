"""COLOUR: the transfer curve of the saturator, from the saturator itself, with the present peak on it."""

import functools

import numpy as np

from dsp_ext.output import Saturator

from .canvas import ACCENT, BRIGHT, DIM, FAINT, GRID, PLAIN, SHADE, Canvas
from .frame import picture_box
from .view import PanelView

#: The range of the harmonics, in dB relative to the fundamental.
_LOW_DB, _HIGH_DB = -100.0, -10.0
_RATE_HZ, _FRAMES = 48000, 2048
_CURVES = ("cubic", "tanh", "hard", "tube")


@functools.lru_cache(64)
def transfer(curve: str, drive_db: float, mix_pct: float) -> tuple[np.ndarray, np.ndarray]:
    """Input and output of the saturator for a slow ramp from -1 to 1, both shape (n,)."""
    saturator = Saturator(_RATE_HZ, _FRAMES)
    saturator.set(enabled=1, curve=curve, drive_db=drive_db, mix_pct=mix_pct, settle=True)
    ramp = np.linspace(-1, 1, _FRAMES // 2)
    sound = np.concatenate([np.full(_FRAMES // 4, -1.0), ramp, np.full(_FRAMES // 4, 1.0)]).astype(np.float32)
    both = np.stack([sound, sound])
    warm = np.full((2, _FRAMES), -1, np.float32)  # until the filters have settled at the start of the ramp
    saturator.process(warm)
    saturator.process(both)
    start = _FRAMES // 4 + saturator.latency
    return ramp, both[0, start : start + len(ramp)].astype(float)


def detail(view: PanelView) -> str:
    """What is chosen, for the head."""
    if not view.on("saturator.enabled"):
        return "OFF: turn or push a knob to switch it on"
    return f"{_CURVES[int(view.values['saturator.curve'])]}, before the limiter"


def draw(canvas: Canvas, view: PanelView) -> None:
    """The picture."""
    left, top, right, bottom = picture_box(canvas)
    values, on = view.values, view.on("saturator.enabled")
    wide = (bottom - top) * 2.4
    x, y = left + wide / 2, (top + bottom) / 2
    canvas.vertical(x, top, bottom, GRID)
    canvas.horizontal(left, left + wide, y, GRID)
    canvas.line(((left, bottom - 1), (left + wide, top)), SHADE)
    curve = _CURVES[int(values["saturator.curve"])]
    came, left_it = transfer(curve, values["saturator.drive_db"], values["saturator.mix_pct"])
    half = (bottom - top) / 2
    shape = np.interp(2 * canvas.columns(left, left + wide) - 1, came, left_it)
    canvas.curve(left, y - shape * half, BRIGHT if on else DIM, top, bottom, 1.5)
    peak = max(view.meter("in_peak_l_dbfs"), view.meter("in_peak_r_dbfs"))
    if peak > -60 and not view.stale:
        at = min(10 ** ((peak + values["input.trim_db"]) / 20), 1.0)
        for sign in (-1, 1):
            value = float(np.interp(sign * at, came, left_it)) if on else sign * at
            canvas.dot(x + sign * at * wide / 2, y - value * half, 2.2, ACCENT)
    _draw_harmonics(canvas, view, (left + wide + 12, top, right, bottom), came, left_it)


def harmonics_db(came: np.ndarray, left_it: np.ndarray, amplitude: float) -> list[float]:
    """Levels in dB of the harmonics 2 to 8 relative to the fundamental, for a sine of `amplitude` through the curve."""
    phase = 2 * np.pi * np.arange(256) / 256
    lines = np.abs(np.fft.rfft(np.interp(amplitude * np.sin(phase), came, left_it)))
    return [20 * float(np.log10(max(line, 1e-9) / max(lines[1], 1e-9))) for line in lines[2:9]]


def _draw_harmonics(canvas: Canvas, view: PanelView, box, came, left_it) -> None:
    left, top, right, bottom = box
    on = view.on("saturator.enabled")
    peak = max(view.meter("in_peak_l_dbfs"), view.meter("in_peak_r_dbfs"))
    amplitude = min(10 ** ((peak if peak > -60 else -6) / 20), 1.0)
    words = "harmonics added to a sine at this peak" if peak > -60 else "harmonics added to a sine at -6 dBFS"
    canvas.text(left, top, words, 7, DIM)
    base = bottom - 8
    high, step = base - top - 9, (right - left) / 8
    for mark in (-20, -60):
        y = base - (mark - _LOW_DB) / (_HIGH_DB - _LOW_DB) * high
        canvas.horizontal(left, left + 7 * step, y, GRID)
        canvas.text(right - 1, y - 2.5, f"{mark} dB", 7, DIM, align="right")
    for number, level in enumerate(harmonics_db(came, left_it, amplitude), 2):
        x = left + (number - 2) * step
        height = min(max((level - _LOW_DB) / (_HIGH_DB - _LOW_DB), 0.0), 1.0) * high if on else 0.0
        canvas.box(x, base - 1, x + step - 6, base, FAINT)
        canvas.box(x, base - height, x + step - 6, base, BRIGHT if number % 2 == 0 else PLAIN)
        canvas.text(x + (step - 6) / 2, base + 2, str(number), 7, DIM, align="middle")
