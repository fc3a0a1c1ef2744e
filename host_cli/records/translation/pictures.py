"""The page of a translation: curves of the models, tables, and codecs."""

import numpy as np

from host_cli.report import Figure, Plot, Section

from .coding import Coded, ceiling_dbtp
from .models import Model
from .situations import RANGES, Situation

_HZ = (20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)


def curve(model: Model) -> Figure:
    """The response of a model."""
    plot = Plot(530, 200, (20, 20_000), (-36, 12), log_x=True)
    plot.x_ticks([(f, f"{f / 1000:g} k" if f >= 1000 else str(f)) for f in _HZ], "Hz")
    plot.y_ticks([(db, str(db).replace("-", "−")) for db in range(-36, 13, 12)], "dB")
    hz = np.geomspace(20, 20_000, 300)
    plot.line(hz, np.clip(model.response_db(hz), -36, 12), "integrated")
    extra = ["mono"] if model.mono else []
    if model.mono_below_hz:
        extra.append(f"mono below {model.mono_below_hz:g} Hz")
    if model.noise_dbfs is not None:
        extra.append(f"road noise at {model.noise_dbfs:g} dBFS")
    return Figure(
        model.name,
        f"A model, not a measurement: {', '.join([model.what, *extra]).replace('?,', '? In it:')}",
        plot.svg(f"Response of {model.name}"),
        half=True,
    )


def situation_rows(found: list[Situation]) -> list[list[str]]:
    """A table with a head."""
    rows = [["model", "loudness", *(name for name, _, _ in RANGES), "what is lost"]]
    for s in found:
        change = "–" if s.change_lu is None else f"{s.change_lu:+.1f} LU"
        rows.append([s.model.name, change, *(f"{db:+.1f} dB" for db in s.ranges_db.values()), s.words()])
    return rows


def codec_rows(found: list[Coded]) -> list[list[str]]:
    """A table with a head."""
    rows = [["codec", "kbit/s", "decoded dBTP", "bandwidth", "what is lost"]]
    for c in found:
        peak = "–" if c.peak_dbtp is None else f"{c.peak_dbtp:+.2f}{' OVER' if c.peak_dbtp > 0 else ''}"
        rows.append([c.codec.title, str(c.kbps), peak, f"{c.bandwidth_hz / 1000:.1f} kHz", f"{c.lost_db:.1f} dB"])
    return rows


def advice(figures: dict, found: list[Coded]) -> str:
    """The sentence about the ceiling."""
    ceiling = ceiling_dbtp(figures, found)
    if ceiling is None:
        return "The file is too quiet or too short to be measured."
    peak = figures["max_tp_dbtp"]
    if peak <= ceiling + 1e-9:
        return f"No decoded copy exceeds 0 dBTP. A ceiling up to {ceiling:.1f} dBTP would keep it so."
    return f"To keep all decoded copies at 0 dBTP or below, set limiter.ceiling_dbtp={ceiling:.1f} (the file has {peak:.1f} dBTP)."


def sections(situations: list[Situation], codecs: list[Coded], figures: dict) -> list[Section]:
    """The page."""
    found = (
        [Section("Listening situations", rows=situation_rows(situations), figures=[curve(s.model) for s in situations])]
        if situations
        else []
    )
    if codecs:
        note = "The AAC encoder is that of ffmpeg; services use those of Fraunhofer or Apple, whose peaks can differ."
        found.append(Section("Lossy codecs", [advice(figures, codecs), note], codec_rows(codecs)))
    return found
