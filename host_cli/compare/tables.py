"""Versions and their differences as rows of text."""

import math
from collections.abc import Sequence

from .differences import Difference
from .versions import Version


def version_rows(versions: Sequence[Version]) -> list[tuple[str, ...]]:
    """Letter, offset, polarity, loudness, gain, peak and name of each version, below a row of headings."""
    rows = [("", "offset", "polarity", "LUFS", "gain", "dBTP", "PLR", "LRA", "file")]
    for v in versions:
        ms = 1000 * v.offset.frames / v.rate_hz
        offset = "–" if v is versions[0] else f"{v.offset.frames:+z.2f} frames ({ms:+z.3f} ms)"
        rows.append((v.letter, offset, "inverted" if v.offset.inverted else "", _figure(v.figures["integrated_lufs"], "{:.2f}"),
                     f"{v.gain_db:+z.2f} dB", _figure(v.figures["max_tp_dbtp"], "{:.2f}"), _figure(v.figures["plr_db"], "{:.1f}"),
                     _figure(v.figures["lra_lu"], "{:.1f}"), v.path.name))  # fmt: skip
    return rows


def difference_rows(versions: Sequence[Version], found: Sequence[Difference]) -> list[tuple[str, ...]]:
    """One measure in each row, one version other than the first in each column."""
    rows = [("more than A at equal loudness", *(v.letter for v in versions[1:]))]
    rows += [(f"{hz} Hz", *(_figure(d.octaves_db[hz], "{:+z.1f} dB") for d in found)) for hz in found[0].octaves_db]
    rows.append(("tone, mean of thirds", *(f"{d.tone_db:.2f} dB" for d in found)))
    rows.append(("peak to loudness (PLR)", *(_figure(d.plr_db, "{:+z.1f} dB") for d in found)))
    rows.append(("loudness range (LRA)", *(_figure(d.lra_lu, "{:+z.1f} LU") for d in found)))
    rows.append(("crest of 100 ms", *(f"{d.crest_db:+z.1f} dB" for d in found)))
    rows += [
        (f"modulation, {name}", *(f"{d.modulation_db[name]:+z.2f} dB" for d in found))
        for name in found[0].modulation_db
    ]
    rows.append(("width (side over mid)", *(_figure(d.width_db, "{:+z.1f} dB") for d in found)))
    rows.append(("correlation of the channels", *(_figure(d.correlation, "{:+z.2f}") for d in found)))
    rows.append(
        ("null depth", *("nothing remains" if d.null_db == -math.inf else f"{d.null_db:.1f} dB" for d in found))
    )
    if any(d.zimtohrli is not None for d in found):
        rows.append(("Zimtohrli distance", *(_figure(d.zimtohrli, "{:.5f}") for d in found)))
    return rows


def _figure(value: float | None, form: str) -> str:
    return "–" if value is None else form.format(value)
