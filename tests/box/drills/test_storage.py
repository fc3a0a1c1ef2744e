"""A disk that is full, read-only or frozen while the box runs: the sound goes on, the fault is shown, and nothing is lost in the end."""

import json
import subprocess
import time
from pathlib import Path

import pytest

from tests.box.parts import Burnishd, wait_until

#: A file system in memory with room for the settings and little else.
SIZE = "256k"


@pytest.fixture(scope="module", autouse=True)
def small_disk():
    Burnishd.data.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", Burnishd.data], check=True)
    Burnishd.additions.mkdir(parents=True, exist_ok=True)
    (Burnishd.additions / "sitecustomize.py").write_text(FREEZE)


#: The guest has no disk that can be frozen. To the box this is the same: a flush does not return while the file is there.
FROZEN = Path("/run/frozen")
FREEZE = f"""
import os, time
flush = os.fsync
def fsync(descriptor):
    while os.path.exists({str(FROZEN)!r}):
        time.sleep(0.05)
    flush(descriptor)
os.fsync = fsync
"""


def remount(mode: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{mode}", Burnishd.data], check=True)


def fill() -> None:
    with open(Burnishd.data / "filler", "wb") as file:
        try:
            while True:
                file.write(bytes(1024))
                file.flush()
        except OSError:
            pass


def empty() -> None:
    (Burnishd.data / "filler").unlink()


def saved_trim_db() -> float | None:
    try:
        return json.loads((Burnishd.data / "state.json").read_text())["slots"]["a"]["values"]["input.trim_db"]
    except OSError:
        return None


@pytest.mark.parametrize(
    "name, trim_db, harm, heal",
    [
        ("full", -1.0, fill, empty),
        ("read-only", -2.0, lambda: remount("ro"), lambda: remount("rw")),
        ("frozen", -3.0, FROZEN.touch, FROZEN.unlink),
    ],
    ids=["full", "read-only", "frozen"],
)
def test_disk(burnishd, header, tool, note, name, trim_db, harm, heal):
    before = tool.counters
    header.longest_pause_ms()
    harm()
    tool.set("input.trim_db", trim_db)
    shown_s = wait_until(lambda: "state file" in tool.json("info")["info"]["failing"], 15, 0.2)
    assert shown_s is not None, burnishd.log
    note(f"{name}: shown by burnish info after", f"{shown_s:.1f}", "s")
    if name != "frozen":  # there a preset is saved only when the disk answers
        refused = tool("preset", "save", f"Disk {name}")
        assert refused.status != 0 and refused.err.count("\n") == 0, refused.err
        note("what saving a preset says", refused.err)
    time.sleep(12)
    frames = tool("--json", "meters", "--hz", "20", "--for", "5").out.count("\n")
    note("meters in 5 s at 20 Hz", frames)
    assert frames >= 95
    heal()
    healed_s = wait_until(lambda: saved_trim_db() == trim_db, 15, 0.1)
    assert healed_s is not None, burnishd.log
    note("saved after the disk could be written again", f"{healed_s:.1f}", "s")
    assert tool("preset", "save", f"Disk {name}").status == 0
    after = tool.counters
    for counter in ("xruns", "audio_starts", "control_starts"):
        assert after[counter] == before[counter], counter
    assert header.held and header.longest_pause_ms() < 15
    assert tool.json("info")["info"]["failing"] == "nothing"
