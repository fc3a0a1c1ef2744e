"""The picture and the figures of a run: input and output, measured independently of the meters of the box."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pyloudnorm
from scipy import signal

from host_cli.render.analysis import spectrum_db

#: Lowest level that the plots show, in dB.
FLOOR_DB = -100.0
DRY, WET, GRID = "#8a9099", "#e0702a", "#e4e6e9"
BANDS = ("#3b6fb5", "#3f9c8f", "#b59a3b", "#b5503b", "#8a5bb5")


def loudness_lufs(samples: np.ndarray, rate_hz: int) -> float:
    """Integrated loudness of (frames, 2) by pyloudnorm, with the filter of ITU-R BS.1770 (its class "DeMan")."""
    return float(pyloudnorm.Meter(rate_hz, filter_class="DeMan").integrated_loudness(samples))


def true_peak_dbtp(samples: np.ndarray, rate_hz: int) -> float:
    """True peak of (frames, 2): oversampled 16 times by scipy with 128 taps per phase, Kaiser window, float64."""
    factor, half = 16, 64
    taps = signal.firwin(2 * half * factor + 1, 1 / factor, window=("kaiser", 10.0))
    peak = 0.0
    for start in range(0, len(samples), 1 << 18):  # in pieces, because a minute of 16-fold float64 needs much memory
        piece = samples[max(0, start - 2 * half) : start + (1 << 18) + 2 * half]
        peak = max(peak, float(np.max(np.abs(signal.resample_poly(piece, factor, 1, axis=0, window=taps)))))
    return 20 * np.log10(max(peak, 1e-9))


def _envelope(samples: np.ndarray, columns: int = 1600) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and the highest sample of both channels in each of `columns` parts of equal length."""
    edges = np.linspace(0, len(samples), columns + 1).astype(int)[:-1]
    return np.minimum.reduceat(samples, edges).min(axis=1), np.maximum.reduceat(samples, edges).max(axis=1)


def draw(path: Path, before: np.ndarray, after: np.ndarray, rate_hz: int, history: dict, summary: dict) -> None:
    """Draw the picture. `before`, `after`: float64 (frames, 2), aligned. `history`: columns of the meter stream, with `t_s`."""
    plt.rcParams.update({"font.size": 9, "axes.edgecolor": "#9aa0a6", "axes.titleweight": "bold", "axes.titlesize": 10})
    figure, axes = plt.subplots(4, 1, figsize=(11, 12.5), gridspec_kw={"height_ratios": [1.1, 1, 1, 1.3]})
    for axis in axes:
        axis.grid(True, color=GRID, linewidth=0.8)
        axis.set_axisbelow(True)
        for side in ("top", "right"):
            axis.spines[side].set_visible(False)
    _waveforms(axes[0], before, after, rate_hz, summary)
    _loudness(axes[1], history, summary)
    _reduction(axes[2], history)
    _spectra(axes[3], before, after, rate_hz)
    seconds = max(len(after), 1) / rate_hz
    for axis in axes[:3]:
        axis.set_xlim(0, seconds)
        axis.set_xlabel("seconds")
    figure.suptitle(_headline(summary), fontsize=12, fontweight="bold", y=0.995)
    figure.tight_layout()
    titles = "; ".join(axis.get_title(loc="left") for axis in axes)
    figure.savefig(path, dpi=110, metadata={"Title": titles})
    plt.close(figure)


def _headline(summary: dict) -> str:
    return (
        f"{summary['source']}: {summary['lufs_before']:.1f} → {summary['lufs_after']:.1f} LUFS, "
        f"{summary['dbtp_before']:.1f} → {summary['dbtp_after']:.2f} dBTP, "
        f"{summary['xruns']} xruns, worst load {summary['worst_load_percent']:.0f} %"
    )


def _waveforms(axis, before, after, rate_hz, summary):
    axis.set_title("Waveform", loc="left")
    for samples, colour, label in ((after, WET, "after"), (before, DRY, "before")):
        low, high = _envelope(samples)
        t = np.linspace(0, len(samples) / rate_hz, len(low))
        axis.fill_between(t, low, high, color=colour, linewidth=0, label=label, alpha=0.95)
    ceiling = 10 ** (summary["ceiling_dbtp"] / 20)
    for sign in (-1, 1):
        axis.axhline(sign * ceiling, color="#b03030", linewidth=0.8, linestyle="--")
    axis.annotate(f"ceiling {summary['ceiling_dbtp']:g} dBTP", (0, ceiling), textcoords="offset points", xytext=(4, 3), color="#b03030", fontsize=8)  # fmt: skip
    axis.set_ylim(-1.15, 1.15)
    axis.legend(loc="upper right", ncols=2, frameon=False)


def _loudness(axis, history, summary):
    axis.set_title("Loudness, measured by the box during the run", loc="left")
    t = np.asarray(history["t_s"])
    # The loudness of the input is in the slow columns, which arrive twice a second.
    slow = np.flatnonzero(np.diff(history["frame"], prepend=-1)) if len(t) else []
    axis.plot(t[slow], np.asarray(history["in_short_lufs"])[slow], color=DRY, linewidth=2, label="in short-term")
    axis.plot(t, history["out_momentary_lufs"], color=WET, linewidth=0.8, alpha=0.6, label="out momentary")
    axis.plot(t, history["out_short_lufs"], color=WET, linewidth=2, label="out short-term")
    axis.axhline(summary["lufs_after"], color=WET, linewidth=0.9, linestyle=":", label="integrated (pyloudnorm)")
    axis.set_ylabel("LUFS")
    axis.set_ylim(-50, 0)
    axis.legend(loc="lower right", ncols=4, frameon=False, fontsize=8)


def _reduction(axis, history):
    axis.set_title("Gain reduction", loc="left")
    t = np.asarray(history["t_s"])
    for n, colour in enumerate(BANDS, 1):
        axis.plot(t, history[f"gr_b{n}_db"], color=colour, linewidth=1, label=f"band {n}")
    axis.fill_between(t, history["gr_limiter_db"], 0, color="#b03030", alpha=0.35, linewidth=0, label="limiter")
    axis.set_ylabel("dB")
    columns = [*(f"gr_b{n}_db" for n in range(1, len(BANDS) + 1)), "gr_limiter_db"]
    lowest = min((min(history[c], default=0.0) for c in columns), default=0.0)
    axis.set_ylim(min(-6.0, 1.1 * lowest), 0.5)
    axis.legend(loc="lower right", ncols=6, frameon=False, fontsize=8)


def _spectra(axis, before, after, rate_hz):
    axis.set_title("Spectrum, third-octave smoothed", loc="left")
    at_hz = np.geomspace(20, min(20000, 0.45 * rate_hz), 400)
    dry, wet = (spectrum_db(samples.T, rate_hz, at_hz, 1 / 3) for samples in (before, after))
    axis.fill_between(at_hz, dry, FLOOR_DB - 50, color=DRY, alpha=0.35, linewidth=0, label="before")
    axis.plot(at_hz, wet, color=WET, linewidth=1.8, label="after")
    axis.set_xscale("log")
    ticks = [20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000]
    axis.set_xticks(ticks, [f"{f // 1000} k" if f >= 1000 else str(f) for f in ticks])
    axis.minorticks_off()
    axis.set_xlim(20, 20000)
    top = 5 + 5 * np.ceil(max(dry.max(), wet.max()) / 5)
    axis.set_ylim(max(top - 80, FLOOR_DB - 20), top)
    axis.set_xlabel("Hz")
    axis.set_ylabel("dBFS")
    axis.legend(loc="lower left", frameon=False)
