"""Writes KiCad files from the data of a board, into build/hardware/boards."""

import subprocess
from pathlib import Path

from ..lists import HARDWARE
from .board import load, routes_text
from .pcb_file import pcb, project
from .router import Router

BUILD = HARDWARE.parent / "build" / "hardware" / "boards"


def route(name: str) -> list[str]:
    """Route a board and store its routes; returns the nets that could not be routed completely."""
    board = load(name)
    left = Router(board).run()
    (HARDWARE / "boards" / f"{name}.routes.txt").write_text(routes_text(board), encoding="utf-8")
    return left


def make(name: str, folder: Path = BUILD) -> Path:
    """Write a board with its areas filled; returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    board, path = load(name), folder / f"{name}.kicad_pcb"
    path.write_text(pcb(board), encoding="utf-8")
    (folder / f"{name}.kicad_pro").write_text(project(board), encoding="utf-8")
    subprocess.run(["/usr/bin/python3", Path(__file__).parent / "fill.py", path], check=True, capture_output=True)
    return path


def export(path: Path) -> None:
    """Write gerbers, drill files, pick-and-place files and pictures of a board next to its file."""
    out, name = path.parent / path.stem, path.stem
    out.mkdir(exist_ok=True)
    for words in (
        ("gerbers", "-o", out, path),
        ("drill", "-o", f"{out}/", path),
        ("pos", "--format", "csv", "--units", "mm", "-o", out / f"{name}-places.csv", path),
        (
            "svg",
            "--mode-single",
            "--page-size-mode",
            "2",
            "-l",
            "F.Cu,F.SilkS,F.Mask,Edge.Cuts",
            "-o",
            out / f"{name}-front.svg",
            path,
        ),
        (
            "svg",
            "--mode-single",
            "--page-size-mode",
            "2",
            "-l",
            "B.Cu,B.SilkS,B.Mask,Edge.Cuts",
            "-o",
            out / f"{name}-back.svg",
            path,
        ),
    ):
        subprocess.run(["kicad-cli", "pcb", "export", *map(str, words)], check=True, capture_output=True)
    for side in ("top", "bottom"):
        subprocess.run(["kicad-cli", "pcb", "render", "--side", side, "--zoom", "1.3", "-w", "2000", "-h", "1200", "-o", out / f"{name}-{side}.png", path],
                       check=True, capture_output=True)  # fmt: skip
