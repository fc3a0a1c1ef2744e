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
DRY, WET, GRID, ALARM, EVENT = "#8a9099", "#e0702a", "#e4e6e9", "#b03030", "#2f5f8f"
#: Bands that never reduced the gain by this much are left out, in dB.
LEAST_REDUCTION_DB = 0.05
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


def _levels_db(samples: np.ndarray, columns: int = 1400) -> np.ndarray:
    """The highest sample of both channels in each of `columns` parts of equal length, in dBFS."""
    edges = np.linspace(0, len(samples), columns + 1).astype(int)[:-1]
    highest = np.maximum.reduceat(np.abs(samples).max(axis=1), edges)
    return 20 * np.log10(np.maximum(highest, 10 ** (FLOOR_DB / 20)))


def draw(path: Path, before: np.ndarray, after: np.ndarray, rate_hz: int, history: dict, summary: dict) -> None:
    """Draw the picture. `before`, `after`: float64 (frames, 2), aligned. `history`: columns of the meter stream, with `t_s`."""
    plt.rcParams.update({"font.size": 9, "axes.edgecolor": "#9aa0a6", "axes.titleweight": "bold", "axes.titlesize": 10})
    heights = {"height_ratios": [1, 1, 1, 1.3, 0.8]}
    figure, axes = plt.subplots(5, 1, figsize=(11, 14.5), gridspec_kw=heights, layout="constrained")
    for axis in axes:
        axis.grid(True, color=GRID, linewidth=0.8)
        axis.set_axisbelow(True)
        for side in ("top", "right"):
            axis.spines[side].set_visible(False)
    _waveforms(axes[0], before, after, rate_hz, summary)
    _loudness(axes[1], history, summary)
    _reduction(axes[2], history)
    _spectra(axes[3], axes[4], before, after, rate_hz, summary)
    seconds = max(len(after), 1) / rate_hz
    for axis in axes[:3]:
        axis.set_xlim(0, seconds)
        axis.set_xlabel("seconds")
        _events(axis, summary["events"])
    actions = [f"{n}  {at_s:.1f} s: {text}" for n, (at_s, text) in enumerate(summary["events"], 1)]
    half = -(-len(actions) // 2)
    for column, lines in enumerate((actions[:half], actions[half:])):
        figure.text(
            0.04 + 0.48 * column, 1.0, "\n".join(lines), fontsize=8.5, va="bottom", color=EVENT, linespacing=1.5
        )
    figure.text(0.5, 1.008 + 0.0125 * half, _headline(summary), fontsize=12, fontweight="bold", ha="center")
    titles = "; ".join(axis.get_title(loc="left") for axis in axes)
    figure.savefig(path, dpi=110, metadata={"Title": titles}, bbox_inches="tight", pad_inches=0.15)
    plt.close(figure)


def _events(axis, events) -> None:
    """Draw a numbered line at the time of each change."""
    for number, (at_s, _) in enumerate(events, 1):
        axis.axvline(at_s, color=EVENT, linewidth=0.9, linestyle=":")
        axis.annotate(str(number), (at_s, 1), xycoords=("data", "axes fraction"), ha="center", va="center", fontsize=8,
                      color="white", bbox={"boxstyle": "circle,pad=0.2", "color": EVENT})  # fmt: skip


def _headline(summary: dict) -> str:
    return (
        f"{summary['source']}: {summary['lufs_before']:.1f} → {summary['lufs_after']:.1f} LUFS, "
        f"{summary['dbtp_before']:.1f} → {summary['dbtp_after']:.2f} dBTP, "
        f"{summary['xruns']} xruns, worst load {summary['worst_load_percent']:.0f} %"
    )


def _waveforms(axis, before, after, rate_hz, summary):
    axis.set_title("Waveform in dB, highest sample", loc="left", pad=12)
    dry, wet = (_levels_db(samples) for samples in (before, after))
    t = np.linspace(0, len(after) / rate_hz, len(wet))
    axis.fill_between(t, dry, FLOOR_DB, color=DRY, linewidth=0, alpha=0.55, label="before")
    axis.plot(t, wet, color=WET, linewidth=0.8, label="after")
    axis.axhline(
        summary["ceiling_dbtp"],
        color=ALARM,
        linewidth=0.8,
        linestyle="--",
        label=f"ceiling {summary['ceiling_dbtp']:g} dBTP",
    )
    axis.set_ylim(-60, 3)
    axis.set_yticks(range(-60, 1, 12))
    axis.set_ylabel("dBFS")
    axis.legend(loc="lower right", ncols=3, frameon=True, framealpha=0.85, edgecolor="none", fontsize=8)


def _loudness(axis, history, summary):
    axis.set_title("Loudness, measured by the box during the run", loc="left", pad=12)
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
    axis.set_title("Gain reduction", loc="left", pad=12)
    t = np.asarray(history["t_s"])
    # Bands that are not in use, or that never reduced the gain, would be lines at 0.
    worked = [n for n in range(1, len(BANDS) + 1) if min(history[f"gr_b{n}_db"], default=0.0) <= -LEAST_REDUCTION_DB]
    for n in worked:
        axis.plot(t, history[f"gr_b{n}_db"], color=BANDS[n - 1], linewidth=1, label=f"band {n}")
    axis.fill_between(t, history["gr_limiter_db"], 0, color=ALARM, alpha=0.35, linewidth=0, label="limiter")
    axis.set_ylabel("dB")
    columns = [*(f"gr_b{n}_db" for n in worked), "gr_limiter_db"]
    lowest = min((min(history[c], default=0.0) for c in columns), default=0.0)
    axis.set_ylim(min(-6.0, 1.1 * lowest), 0.5)
    axis.legend(loc="lower right", ncols=6, frameon=False, fontsize=8)


def _spectra(axis, lower, before, after, rate_hz, summary):
    axis.set_title("Spectrum, third-octave smoothed", loc="left")
    at_hz = np.geomspace(20, min(20000, 0.45 * rate_hz), 400)
    dry, wet = (spectrum_db(samples.T, rate_hz, at_hz, 1 / 3) for samples in (before, after))
    axis.fill_between(at_hz, dry, FLOOR_DB - 50, color=DRY, alpha=0.35, linewidth=0, label="before")
    axis.plot(at_hz, wet, color=WET, linewidth=1.8, label="after")
    top = 5 + 5 * np.ceil(max(dry.max(), wet.max()) / 5)
    axis.set_ylim(max(top - 80, FLOOR_DB - 20), top)
    axis.set_ylabel("dBFS")
    axis.legend(loc="lower left", frameon=False)
    louder = summary["lufs_after"] - summary["lufs_before"]
    lower.set_title("Change of the spectrum, after minus before", loc="left")
    lower.plot(at_hz, wet - dry, color=WET, linewidth=1.8)
    lower.axhline(0, color="#5f6670", linewidth=0.8)
    lower.axhline(louder, color=DRY, linewidth=1, linestyle=":", label=f"change of the loudness, {louder:+.1f} LU")
    lower.set_ylabel("dB")
    change = [*(wet - dry)[dry > FLOOR_DB], louder, 0.0]
    lower.set_ylim(max(min(change), -24) - 1.5, min(max(change), 24) + 1.5)
    lower.legend(loc="upper left", frameon=False, fontsize=8)
    ticks = [20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000]
    for each in (axis, lower):
        each.set_xscale("log")
        each.set_xticks(ticks, [f"{f // 1000} k" if f >= 1000 else str(f) for f in ticks])
        each.minorticks_off()
        each.set_xlim(20, 20000)
        each.set_xlabel("Hz")
