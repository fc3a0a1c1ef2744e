"""The counted machine: QEMU's emulation of an aarch64 user program, with a plugin that counts. All from this repository."""

import dataclasses
import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np

from tools.count import build, sysroot
from tools.count.sysroot import CannotCount

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
QEMU = "qemu-aarch64"


@dataclasses.dataclass(frozen=True)
class Count:
    """Instructions of one case, for each block of `block` frames."""

    name: str
    sound: str
    block: int
    instructions: np.ndarray
    #: What ran: (address in memory, instructions, runs) of each piece of code without a branch.
    ran: list[tuple[int, int, int]]

    @property
    def per_frame(self) -> float:
        return float(self.instructions.mean() / self.block)

    @property
    def worst_over_mean(self) -> float:
        return float(self.instructions.max() / self.instructions.mean())


def count(patterns=(), tree: Path = ROOT) -> tuple[list[Count], list[tuple[int, str]]]:
    """The cases whose names match one of `patterns` (all if there is none), for the sources in `tree`; and the extension
    modules with their first addresses. Raises CannotCount where this machine lacks something."""
    if shutil.which(QEMU) is None:
        raise CannotCount(f"instructions are not counted: {QEMU} is not installed (`make count` installs it)")
    build.version()
    here, there = ROOT / "build/count", tree.resolve() / "build/count"
    sysroot.make(here / "sysroot")
    build.modules(tree.resolve(), here / "sysroot", there / "lib")
    plugin = build.plugin(here)
    out = there / "counts"
    done = subprocess.run(
        [QEMU, "-L", here / "sysroot", "-plugin", f"{plugin},out={out}", *_python(here / "sysroot", there / "lib"),
         HERE / "guest.py", *patterns],
        capture_output=True, text=True, env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    print(done.stderr)
    if done.returncode:
        raise RuntimeError(f"the counted run fails:\n{done.stderr}")
    return _read(json.loads(done.stdout), out)


def _python(root: Path, modules: Path) -> list:
    """The sysroot's interpreter, told where its files are: it was never installed."""
    home = root / "usr"
    libraries = home / "lib/aarch64-linux-gnu"
    environment = {
        "PYTHONHOME": home,
        "PYTHONPATH": f"{modules}:{home / 'lib/python3/dist-packages'}",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        # Debian installs these two as alternatives, by a script.
        "LD_LIBRARY_PATH": f"{libraries / 'blas'}:{libraries / 'lapack'}",
    }
    (interpreter,) = [p for p in home.glob("bin/python3.*") if p.name.removeprefix("python3.").isdigit()]
    return [word for name, value in environment.items() for word in ("-E", f"{name}={value}")] + [interpreter, "-S"]


def _read(said: dict, out: Path) -> tuple[list[Count], list[tuple[int, str]]]:
    instructions = np.fromfile(out, np.uint64).astype(float)
    ran = Path(f"{out}.blocks").read_text().split("\n\n")[1:]  # the first case is the empty region
    instructions, marks = instructions[1:], instructions[0]
    counts, at = [], 0
    for case, blocks in zip(said["cases"], ran, strict=False):
        part = instructions[at : at + case["blocks"]] - marks
        at += case["blocks"]
        rows = (line.split() for line in blocks.splitlines())
        pieces = [(int(address, 16), int(length), int(runs)) for address, length, runs in rows]
        counts.append(Count(case["name"], case["sound"], case["block"], part, pieces))
    assert at == len(instructions)
    return counts, [(address, file) for address, file in said["modules"]]
