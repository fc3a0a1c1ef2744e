"""The plots of a report, each as a `Figure`: a title, an explanation, and SVG."""

import json
import math
from dataclasses import dataclass

import numpy as np

from . import traces
from .svg import Plot, thinned
from .targets import Target

WIDTH = 1080
FREQS_HZ = (20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)
#: Colours of the spectrogram from quiet to loud.
HEAT = np.array([(12, 12, 40), (54, 24, 110), (150, 40, 120), (225, 90, 70), (250, 175, 60), (255, 250, 205)], float)
#: The range of the spectrogram, in dB.
HEAT_DB = (-96.0, -12.0)


@dataclass(frozen=True)
class Figure:
    """`svg`: the element. `note`: how to read the plot. `half`: whether the plot has half the width, so that two plots share a row."""

    title: str
    note: str
    svg: str
    half: bool = False


def all_of(samples: np.ndarray, rate_hz: int, found: dict, target: Target) -> list[Figure]:
    """All plots of `samples` (shape (channels, frames)) and `found` (`analysis.analyse` of them)."""
    figures = [
        waveform(samples, found),
        loudness(found, target),
        peaks(found, target),
        dynamics(found),
        spectrum(samples, rate_hz),
        spectrogram(samples, rate_hz, found),
    ]
    if len(samples) >= 2:
        figures += [correlation(samples, rate_hz, found), vectorscope(samples)]
    return [*figures, histogram(found, target)]


def waveform(samples: np.ndarray, found: dict) -> Figure:
    """The levels of left and right, with overs."""
    plot = _over_time(found, 180, (-1.1, 1.1))
    levels = traces.peaks_db(samples[:2], 1400)
    t = np.linspace(0, found["seconds"], levels.shape[1])
    ticks = [0, -12, -24, -48]
    plot.y_ticks([(side * (1 + db / 60), f"{db or 0}".replace("-", "−")) for side in (1, -1) for db in ticks], "dBFS")
    zero = np.zeros(len(t))
    plot.area(t, zero, np.clip(1 + levels[0] / 60, 0, 1), "wave")
    plot.area(t, -np.clip(1 + levels[-1] / 60, 0, 1), zero, "wave")
    for over in found["overs"]:
        for ends, cls in (((-1.1, 1.1), "over shade"), ((1.0, 1.1), "over"), ((-1.1, -1.0), "over")):
            plot.box((over["seconds"], over["until_s"]), ends, cls, 2)
    plot.add("text", "L", x=plot.LEFT + 6, y=plot.py(0.5), cls="side")
    plot.add("text", "R", x=plot.LEFT + 6, y=plot.py(-0.5), cls="side")
    count = found["over_count"]
    overs = (
        f"{count} over{'s' * (count != 1)} above {found['over_dbtp']:g} dBTP, marked in red" if count else "no overs"
    )
    return Figure("Waveform in dB", f"Highest sample, left upwards and right downwards; {overs}.",
                  _svg(plot, "Waveform", found, {"L dBFS": (t, levels[0]), "R dBFS": (t, levels[-1])}))  # fmt: skip


def loudness(found: dict, target: Target) -> Figure:
    """Momentary, short-term and integrated loudness around the target."""
    history = found["history"]
    t, momentary, short = history["seconds"], history["momentary_lufs"], history["short_lufs"]
    ends, integrated = traces.running_integrated_lufs(momentary)
    top = max(target.lufs + 10, 3 + float(momentary.max()))
    top, bottom = 3 * math.ceil(top / 3), 3 * math.floor(min(target.lufs - 14, _low(short)) / 3)
    plot = _over_time(found, 250, (bottom, top))
    plot.box((0, found["seconds"]), (target.lufs - target.tolerance_lu, target.lufs + target.tolerance_lu), "goal")
    plot.y_ticks(_even(bottom, top), "LUFS")
    plot.line(t, _shown(momentary), "momentary")
    plot.line(t, _shown(short), "short")
    plot.line(t[ends - 1], integrated, "integrated")
    plot.level(target.lufs, "target", f"target {target.lufs:g} LUFS".replace("-", "−"))
    plot.legend(
        [("momentary", "momentary (0.4 s)"), ("short", "short-term (3 s)"), ("integrated", "integrated so far")]
    )
    series = {"M": (t, momentary), "S": (t, short), "I LUFS": (t[ends - 1], integrated)}
    return Figure("Loudness", "ITU-R BS.1770-5, EBU Tech 3341. The green band is the tolerance of the target.",
                  _svg(plot, "Loudness over time", found, series))  # fmt: skip


def peaks(found: dict, target: Target) -> Figure:
    """The true peak of each 100 ms."""
    history = found["history"]
    t, level = history["seconds"], history["tp_dbtp"]
    top = max(3.0, 3 * math.ceil((float(level.max()) + 1) / 3))
    plot = _over_time(found, 170, (-24, top))
    plot.y_ticks(_even(-24, top, 6), "dBTP")
    if level.max() > target.ceiling_dbtp:
        plot.box((0, found["seconds"]), (target.ceiling_dbtp, top), "forbidden")
    plot.line(t, np.where(level > -100, level, np.nan), "peak")
    plot.level(target.ceiling_dbtp, "ceiling", f"ceiling {target.ceiling_dbtp:g} dBTP".replace("-", "−"))
    return Figure("True peak", "Highest true peak of each 100 ms, both channels. The red zone is above the ceiling.",
                  _svg(plot, "True peak over time", found, {"dBTP": (t, level)}))  # fmt: skip


def dynamics(found: dict) -> Figure:
    """PSR and PLR over time."""
    history = found["history"]
    psr = traces.psr_db(history["tp_dbtp"], history["short_lufs"])
    ends, integrated = traces.running_integrated_lufs(history["momentary_lufs"])
    plr = traces.plr_db(history["tp_dbtp"], ends, integrated)
    t = history["seconds"]
    highest = max([24.0, *(float(np.nanmax(y)) + 1 for y in (psr, plr) if np.isfinite(y).any())])
    top = 3 * math.ceil(min(highest, 60) / 3)
    plot = _over_time(found, 190, (0, top))
    plot.y_ticks(_even(0, top), "dB")
    plot.level(8, "target", "8 dB")
    plot.line(t, psr, "short")
    plot.line(t[ends - 1], plr, "integrated")
    plot.legend([("short", "PSR: true peak to short-term"), ("integrated", "PLR: true peak to integrated, so far")])
    return Figure("Dynamics", "PSR is defined in AES e-Brief 373 (2017). 8 dB is a guideline for the loudest masters, not a rule.",
                  _svg(plot, "PSR and PLR over time", found, {"PSR": (t, psr), "PLR dB": (t[ends - 1], plr)}))  # fmt: skip


def spectrum(samples: np.ndarray, rate_hz: int) -> Figure:
    """Bands of a third of an octave with the reference band."""
    hz, levels, reference = traces.thirds(samples, rate_hz)
    top = 6 * math.ceil((max(float(levels.max()), float(reference.max()) + traces.REFERENCE_DB) + 2) / 6)
    plot = Plot(WIDTH, 260, (18, 22_400), (top - 66, top), log_x=True)
    plot.x_ticks([(f, _hz(f)) for f in FREQS_HZ], "Hz")
    plot.y_ticks(_even(top - 66, top, 6), "dB")
    half = 10**0.05
    for centre, level in zip(hz, levels, strict=True):
        plot.box((centre / half * 1.01, centre * half / 1.01), (-300, level), "bar")
    plot.area(hz, reference - traces.REFERENCE_DB, reference + traces.REFERENCE_DB, "reference")
    plot.line(hz, reference, "momentary")
    note = (
        "Whole recording in thirds of an octave; 0 dB is a full-scale sine. The band is a guideline of Burnish, not a standard: ±5 dB "
        "around a density that falls by 5 dB per octave from 100 Hz to 4 kHz, which is the mean of popular recordings by Pestana et "
        "al. (AES Convention 135, paper 8960), at the level of this recording."
    )
    return Figure("Spectrum", note, plot.svg("Spectrum in thirds of an octave"))


def spectrogram(samples: np.ndarray, rate_hz: int, found: dict) -> Figure:
    """Level over time and frequency."""
    top_hz = min(20_000, 0.45 * rate_hz)
    levels = traces.spectrogram_db(samples, rate_hz)
    part = np.clip((levels - HEAT_DB[0]) / (HEAT_DB[1] - HEAT_DB[0]), 0, 1) * (len(HEAT) - 1)
    low = np.minimum(part.astype(int), len(HEAT) - 2)
    pixels = HEAT[low] + (part - low)[..., None] * (HEAT[low + 1] - HEAT[low])
    plot = _over_time(found, 260, (math.log(20), math.log(top_hz)))
    plot.image(pixels.astype(np.uint8))
    plot.y_ticks([(math.log(f), _hz(f)) for f in FREQS_HZ if f <= top_hz], "Hz")
    note = f"From −{-HEAT_DB[0]:g} dB (dark) to −{-HEAT_DB[1]:g} dB (bright); a full-scale sine is 0 dB."
    return Figure("Spectrogram", note, _svg(plot, "Spectrogram", found, {}))


def correlation(samples: np.ndarray, rate_hz: int, found: dict) -> Figure:
    """The correlation of left and right over time."""
    t, value = traces.correlation(samples, rate_hz)
    plot = _over_time(found, 150, (-1, 1))
    plot.box((0, found["seconds"]), (-1, 0), "forbidden")
    plot.y_ticks([(1, "+1"), (0.5, "+0.5"), (0, "0"), (-0.5, "−0.5"), (-1, "−1")])
    plot.line(t, value, "short")
    note = "+1 is mono, 0 is wide, and below 0 a mono sum loses level."
    return Figure("Correlation", note, _svg(plot, "Correlation over time", found, {"correlation": (t, value)}))


def vectorscope(samples: np.ndarray) -> Figure:
    """Mid and side of all samples."""
    density = traces.vectorscope(samples)[..., None]
    pixels = 255 - density**0.8 * (255 - np.array([176, 78, 24]))
    plot = Plot(WIDTH // 2 - 10, 330, (-1, 1), (-1, 1))
    side = (plot.width - plot.LEFT - plot.RIGHT) - (plot.height - plot.TOP - plot.BOTTOM)
    plot.LEFT, plot.RIGHT = plot.LEFT + side // 2, plot.RIGHT + side - side // 2  # a square
    plot.image(pixels.astype(np.uint8))
    left, right, top, bottom = plot.px(-1), plot.px(1), plot.py(1), plot.py(-1)
    for ends in ((left, right, top, bottom), (left, right, bottom, top)):
        plot.add("line", x1=ends[0], x2=ends[1], y1=ends[2], y2=ends[3], cls="grid")
    middle = (left + right) / 2
    plot.add("line", x1=middle, x2=middle, y1=top, y2=bottom, cls="grid")
    for label, x, y in (("L", left + 10, top + 14), ("R", right - 10, top + 14), ("mono", middle, top + 14)):
        plot.add("text", label, x=x, y=y, cls="label", text_anchor="middle")
    note = (
        "A vertical line is mono, a horizontal line is out of phase, and the diagonals are left alone and right alone."
    )
    return Figure("Vectorscope", note, plot.svg("Vectorscope"), half=True)


def histogram(found: dict, target: Target) -> Figure:
    """The share of the time that each short-term loudness has."""
    edges, share = traces.short_term_histogram(found["history"]["short_lufs"])
    used = np.flatnonzero(share)
    first = int(min([*used, target.lufs + 58, 40])) if len(used) else 30
    last = int(max([*used, target.lufs + 62])) if len(used) else 60
    low, high = 2 * (int(edges[max(first, 0)]) // 2), min(2, 2 * math.ceil((edges[min(last, 60)] + 1) / 2))
    top = max(5.0, 5 * math.ceil(float(share.max(initial=0)) * 1.1 / 5))
    plot = Plot(WIDTH // 2 - 10, 330, (low, high), (0, top))
    plot.box((target.lufs - target.tolerance_lu, target.lufs + target.tolerance_lu), (0, top), "goal")
    plot.x_ticks([(value, label) for value, label in _even(low, high, 2 if high - low <= 24 else 6)], "LUFS")
    plot.y_ticks([(value, f"{value:g} %") for value in np.linspace(0, top, 6)])
    for edge, part in zip(edges, share, strict=True):
        if part > 0:
            plot.box((edge + 0.06, edge + 0.94), (0, part), "bar")
    return Figure("Short-term loudness", "Share of the time in steps of 1 LU; the green band is the target.",
                  plot.svg("Histogram of the short-term loudness"), half=True)  # fmt: skip


def _over_time(found: dict, height: int, y: tuple[float, float]) -> Plot:
    seconds = max(found["seconds"], 0.1)
    plot = Plot(WIDTH, height, (0, seconds), y)
    step = next((s for s in (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800) if seconds / s <= 12), 3600)
    ticks = [(n * step, _clock(n * step, step)) for n in range(int(seconds / step + 1e-9) + 1)]
    plot.x_ticks(ticks, "min:s" if step >= 1 else "s")
    return plot


def _svg(plot: Plot, name: str, found: dict, series: dict) -> str:
    """The element, with its data for the cursor of the page."""
    data = {label: [[round(float(v), 2) if math.isfinite(v) else None for v in column] for column in thinned(*columns)]
            for label, columns in series.items()}  # fmt: skip
    attributes = {
        "seconds": found["seconds"],
        "left": plot.LEFT,
        "right": plot.RIGHT,
        "top": plot.TOP,
        "bottom": plot.BOTTOM,
    }
    words = " ".join(f'data-{key}="{value:g}"' for key, value in attributes.items())
    return plot.svg(name, f"class=\"time\" {words} data-series='{json.dumps(data, separators=(',', ':'))}'")


def _clock(seconds: float, step: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}" if step >= 1 else f"{seconds:.1f}"


def _hz(hz: float) -> str:
    return f"{hz / 1000:g} k" if hz >= 1000 else f"{hz:g}"


def _even(low: float, high: float, step: int = 3) -> list[tuple[float, str]]:
    """Ticks from `low` to `high`, at most about a dozen."""
    while (high - low) / step > 12:
        step *= 2
    first = step * math.ceil(low / step)
    return [(value, f"{value:g}".replace("-", "−")) for value in range(first, math.floor(high) + 1, step)]


def _shown(lufs: np.ndarray) -> np.ndarray:
    return np.where(lufs > -70, lufs, np.nan)


def _low(lufs: np.ndarray) -> float:
    """The level that 95 % of the values exceed, at least -50."""
    loud = lufs[lufs > -70]
    return max(-50.0, float(np.quantile(loud, 0.05)) - 2) if len(loud) else -50.0
