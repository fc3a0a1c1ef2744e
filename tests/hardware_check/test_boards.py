"""Builds the boards from data and KiCad's library, checks them by its design rules, and exports them."""

import json
import subprocess

import pytest

from tools.hardware.boards import boards, export, load, make
from tools.hardware.boards.pcb_file import pcb

pytestmark = pytest.mark.hardware


@pytest.fixture(scope="module", params=boards())
def made(request, tmp_path_factory):
    """A board's file with its areas filled."""
    return make(request.param, tmp_path_factory.mktemp(request.param))


def faults(path):
    """(violations, unconnected items) of the design rule check, errors and warnings."""
    report = path.parent / "drc.json"
    subprocess.run(["kicad-cli", "pcb", "drc", "--format", "json", "--severity-error", "--severity-warning", "-o", report, path],
                   check=True, capture_output=True)  # fmt: skip
    read = json.loads(report.read_text())
    return [(found["type"], found["description"]) for found in read["violations"]], read["unconnected_items"]


def test_design_rules(made):
    violations, unconnected = faults(made)
    assert violations == []
    assert unconnected == []


def test_gerbers_drill_files_placements_and_pictures_are_written(made):
    export(made)
    names = {path.name for path in (made.parent / made.stem).iterdir()}
    for end in (
        "-F_Cu.gtl",
        "-B_Cu.gbl",
        "-F_Mask.gts",
        "-Edge_Cuts.gm1",
        ".drl",
        "-places.csv",
        "-top.png",
        "-front.svg",
    ):
        assert f"{made.stem}{end}" in names


@pytest.mark.parametrize("name", boards())
def test_parts_keep_their_courtyards_apart_and_the_file_is_the_same_each_time(name):
    board = load(name)
    areas = board.courtyards()
    for number, (ref, a) in enumerate(areas.items()):
        for other, b in list(areas.items())[:number]:
            if (ref in board.back) == (other in board.back):
                assert not (a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]), f"{ref} and {other}"
    assert pcb(board) == pcb(load(name))


def test_a_missing_track_and_a_shorted_one_are_found(tmp_path):
    path = make("analog-io", tmp_path)
    board = load("analog-io")
    board.tracks = [track for track in board.tracks if track[0] != "HOLD"]
    path.write_text(pcb(board))
    assert faults(path)[1]
    board = load("analog-io")
    x, y, _ = board.place["C2"]
    board.tracks.append(("GND", 0, 0.25, [(x, y), (x + 5.0, y)]))
    path.write_text(pcb(board))
    assert any(kind in ("shorting_items", "clearance", "tracks_crossing") for kind, _ in faults(path)[0])
