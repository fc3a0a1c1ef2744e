"""The report as a picture. Needs matplotlib, and pyloudnorm for an independent loudness measurement: `pip install "burnish[report]"`."""

import io

import numpy as np

from host_cli.errors import CliFail

from .rows import rows

INK, LINE, SOFT, ALARM, GRID = "#33373d", "#e0702a", "#8a9099", "#b03030", "#e4e6e9"


def picture(name: str, samples: np.ndarray, rate_hz: int, found: dict) -> bytes:
    """The report of `found` (`analysis.analyse` of `samples`, shape (channels, frames)) as PNG. Raises CliFail."""
    try:
        import matplotlib
        import pyloudnorm
    except ImportError as why:
        raise CliFail(f'a picture needs {why.name}: run pip install "burnish[report]", or write .html') from None
    matplotlib.use("Agg")
    second_lufs = None
    if found["integrated_lufs"] is not None:
        second_lufs = float(pyloudnorm.Meter(rate_hz, filter_class="DeMan").integrated_loudness(samples.T))
    import matplotlib.pyplot as plt

    style = {"font.size": 9, "axes.edgecolor": SOFT, "axes.titleweight": "bold", "axes.titlesize": 10,
             "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.color": GRID,
             "axes.axisbelow": True, "text.color": INK}  # fmt: skip
    with plt.rc_context(style):
        figure, axes = plt.subplots(3, 1, figsize=(11, 9.5), layout="constrained")
        _waveform(axes[0], samples, rate_hz, found)
        _loudness(axes[1], found)
        _spectrum(axes[2], found)
        for axis in axes[:2]:
            axis.set_xlim(0, max(found["seconds"], 0.1))
            axis.set_xlabel("seconds")
        shown = dict(rows(found, second_lufs))
        figure.suptitle(
            f"{name}: {shown['integrated loudness']}, {shown['true peak']}, range {shown['loudness range'].split(' (')[0]}",
            fontsize=12, fontweight="bold",
        )  # fmt: skip
        out = io.BytesIO()
        figure.savefig(out, format="png", dpi=100, metadata={"Software": None})
        plt.close(figure)
    return out.getvalue()


def _waveform(axis, samples, rate_hz, found):
    axis.set_title("Waveform, left and right", loc="left")
    edges = np.linspace(0, samples.shape[1], min(1600, samples.shape[1]) + 1).astype(int)[:-1]
    t = edges / rate_hz
    for channel, offset in ((0, 1), (1, -1)):
        low, high = (f.reduceat(samples[channel], edges) for f in (np.minimum, np.maximum))
        axis.fill_between(t, offset + 0.95 * low, offset + 0.95 * high, color=LINE, linewidth=0)
    for over in found["overs"]:
        axis.axvline(over["seconds"], color=ALARM, linewidth=0.8, alpha=0.6)
    axis.set_ylim(-2.1, 2.1)
    axis.set_yticks([-1, 1], ["R", "L"])


def _loudness(axis, found):
    axis.set_title("Loudness", loc="left")
    history = found["history"]
    axis.plot(history["seconds"], history["momentary_lufs"], color=SOFT, linewidth=0.8, label="momentary")
    axis.plot(history["seconds"], history["short_lufs"], color=LINE, linewidth=2, label="short-term")
    if found["integrated_lufs"] is not None:
        axis.axhline(found["integrated_lufs"], color=INK, linewidth=1, linestyle=":", label="integrated")
    axis.set_ylim(-60, 0)
    axis.set_ylabel("LUFS")
    axis.legend(loc="lower right", ncols=3, frameon=False)


def _spectrum(axis, found):
    axis.set_title("Spectrum, sixths of an octave", loc="left")
    hz, db = found["spectrum"]["hz"], found["spectrum"]["db"]
    axis.fill_between(hz, db, -150, color=SOFT, alpha=0.35, linewidth=0)
    axis.plot(hz, db, color=LINE, linewidth=1.6)
    axis.set_xscale("log")
    ticks = [20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000]
    axis.set_xticks(ticks, [f"{f // 1000} k" if f >= 1000 else str(f) for f in ticks])
    axis.minorticks_off()
    axis.set_xlim(20, 20000)
    top = 10 * np.ceil((db.max() + 3) / 10)
    axis.set_ylim(top - 90, top)
    axis.set_xlabel("Hz")
    axis.set_ylabel("dBFS")
