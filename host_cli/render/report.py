"""The report of `burnish analyze`: a picture (PNG), or a page (HTML) with the picture and the figures.

Needs matplotlib, and pyloudnorm for an independent loudness measurement: `pip install "burnish[report]"`.
"""

import base64
import html
import io
from pathlib import Path

import numpy as np

from host_cli.errors import CliFail

INK, LINE, SOFT, ALARM, GRID = "#33373d", "#e0702a", "#8a9099", "#b03030", "#e4e6e9"


def write(path: Path, name: str, words: np.ndarray, rate_hz: int, found: dict) -> None:
    """Write the report of `found` (`analysis.analyse` of `words`) to `path` (.png or .html). Raises CliFail."""
    try:
        import matplotlib
        import pyloudnorm
    except ImportError as why:
        raise CliFail(f'a report needs {why.name}: run pip install "burnish[report]"') from None
    matplotlib.use("Agg")
    samples = words * 2.0**-31
    second_lufs = None
    if found["integrated_lufs"] is not None:
        second_lufs = float(pyloudnorm.Meter(rate_hz, filter_class="DeMan").integrated_loudness(samples))
    picture = _picture(name, samples, rate_hz, found, second_lufs)
    kind = path.suffix.lower()
    try:
        if kind == ".png":
            path.write_bytes(picture)
        elif kind in (".html", ".htm"):
            path.write_text(_page(name, picture, found, second_lufs), encoding="utf-8")
        else:
            raise CliFail(f"{path}: a report can be .png or .html")
    except OSError as why:
        raise CliFail(f"cannot write {path}: {why.strerror}") from None


def rows(found: dict, second_lufs: float | None = None) -> list[tuple[str, str]]:
    """The results of `analysis.analyse` as rows of text: (figure, value with unit)."""

    def text(value, form, unit):
        return "–" if value is None else f"{value:{form}} {unit}".rstrip()

    stable = "" if found["lra_stable"] else " (not reliable below 60 s)"
    listed = [
        ("length", text(found["seconds"], ".1f", "s")),
        ("integrated loudness", text(found["integrated_lufs"], ".2f", "LUFS")),
        ("highest short-term", text(found["max_short_lufs"], ".2f", "LUFS")),
        ("highest momentary", text(found["max_momentary_lufs"], ".2f", "LUFS")),
        ("loudness range", text(found["lra_lu"], ".1f", "LU") + (stable if found["lra_lu"] is not None else "")),
        ("true peak", text(found["max_tp_dbtp"], ".2f", "dBTP")),
        ("sample peak left, right", f"{text(found['peak_l_dbfs'], '.2f', '')}, {text(found['peak_r_dbfs'], '.2f', 'dBFS')}"),
        ("overs", f"{found['over_count']} above {found['over_dbtp']:g} dBTP"),
        ("clipped samples", str(found["clips"])),
        ("peak to loudness (PLR)", text(found["plr_db"], ".1f", "dB")),
        ("lowest peak to short-term (PSR)", text(found["min_psr_db"], ".1f", "dB")),
        ("dynamic range (DR)", text(found["dr"], "d", "")),
        ("correlation", text(found["correlation"], "+.2f", "")),
        ("balance, right over left", text(found["balance_db"], "+.2f", "dB")),
        ("DC left, right", f"{100 * found['dc_l']:.4f} %, {100 * found['dc_r']:.4f} %"),
    ]  # fmt: skip
    if second_lufs is not None:
        listed.insert(2, ("integrated, by pyloudnorm", f"{second_lufs:.2f} LUFS"))
    return listed


def _picture(name: str, samples: np.ndarray, rate_hz: int, found: dict, second_lufs: float | None) -> bytes:
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
    edges = np.linspace(0, len(samples), min(1600, len(samples)) + 1).astype(int)[:-1]
    t = edges / rate_hz
    for channel, offset in ((0, 1), (1, -1)):
        low, high = (f.reduceat(samples[:, channel], edges) for f in (np.minimum, np.maximum))
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


def _page(name: str, picture: bytes, found: dict, second_lufs: float | None) -> str:
    """One self-contained HTML page, which loads nothing from the network."""
    figures = "".join(
        f"<tr><th>{html.escape(k)}</th><td>{html.escape(v)}</td></tr>" for k, v in rows(found, second_lufs)
    )
    overs = "".join(f"<li>{over['seconds']:.1f} s: {over['dbtp']:+.2f} dBTP</li>" for over in found["overs"])
    overs = f"<h2>Overs</h2><ul>{overs}</ul>" if overs else ""
    image = base64.b64encode(picture).decode()
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(name)}</title><style>'
        f"body{{font:15px/1.5 system-ui,sans-serif;color:{INK};max-width:70rem;margin:2rem auto;padding:0 1rem}}"
        "img{max-width:100%}th{text-align:left;font-weight:normal;padding-right:2rem}td{font-variant-numeric:tabular-nums}"
        f"</style><h1>{html.escape(name)}</h1><table>{figures}</table>{overs}"
        f'<img alt="waveform, loudness, spectrum" src="data:image/png;base64,{image}"></html>\n'
    )
