"""`make picture`: writes docs/demo.png, the picture of the README, from the report of the last demo.

The metadata of the picture describe the run: the actions, the settings with each change at its frame, and the figures.
`tests/test_readme.py` repeats this run, so that it detects a picture that is out of date.
"""

import json
from pathlib import Path

from PIL import Image, PngImagePlugin

from firmware.engine import read_run_log

from .__main__ import SCENE

SOURCE, TARGET = Path("out"), "docs/demo.png"
WIDTH, COLOURS = 900, 256
FIGURES = ("lufs_before", "lufs_after", "dbtp_before", "dbtp_after")


def description(plots: str) -> dict:
    """The description of the last demo, as plain data. `plots`: the titles of the report's plots. Raises OSError without a
    demo."""
    run = read_run_log(SOURCE / "box" / "run.json")
    summary = json.loads((SOURCE / "summary.json").read_text())
    return {
        "scene": [(at_s, words) for at_s, words, _ in SCENE],
        "plots": plots,
        "frames": round(summary["seconds"] * summary["rate_hz"]),
        "start": run["start"],
        "events": run["events"],
        **{name: summary[name] for name in FIGURES},
    }


if __name__ == "__main__":
    picture = Image.open(SOURCE / "report.png")
    metadata = PngImagePlugin.PngInfo()
    metadata.add_itxt("burnish", json.dumps(description(picture.info["Title"])), zip=True)
    size = (WIDTH, round(picture.height * WIDTH / picture.width))
    small = picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    # MAXCOVERAGE keeps rare colours, such as those of the marks.
    small.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
        TARGET, optimize=True, pnginfo=metadata
    )
