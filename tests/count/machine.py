"""The emulated machine: QEMU emulates an aarch64 program, and a plugin counts the instructions that it executes."""

import dataclasses
import json
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from . import build, sysroot
from .sysroot import CannotCount

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
    #: The code that ran: (address in memory, instructions, runs) of each piece of code without a branch.
    ran: list[tuple[int, int, int]]
    #: The addresses of code files in memory: (first address, file).
    modules: list[tuple[int, str]]

    @property
    def frames(self) -> int:
        return self.block * len(self.instructions)

    @property
    def per_frame(self) -> float:
        return float(self.instructions.sum() / self.frames)

    @property
    def worst_per_frame(self) -> float:
        """Instructions per frame of the most expensive block."""
        return float(self.instructions.max() / self.block)


def count(patterns=(), tree: Path = ROOT) -> list[Count]:
    """The counts of the cases whose names match one of `patterns` (all cases if there is none), for the sources in `tree`.

    Raises CannotCount if this machine lacks something.
    """
    emulator = _emulator(tree)
    here, there = ROOT / "build/count", tree.resolve() / "build/count"
    plugin = build.plugin(here)
    parts = os.cpu_count() or 1

    def part(number: int) -> dict[int, Count]:
        out = there / f"counts.{number}"
        said = _run(
            [*emulator, "-plugin", f"{plugin},out={out}"], here, there, HERE / "guest.py", number, parts, *patterns
        )
        return {number + parts * i: one for i, one in enumerate(_read(json.loads(said), out))}

    with ThreadPoolExecutor(parts) as pool:
        found = {job: one for some in pool.map(part, range(parts)) for job, one in some.items()}
    return [found[job] for job in sorted(found)]


def output(script: Path, tree: Path = ROOT) -> str:
    """The output of `script` on the emulated machine, with numpy and the dsp_ext of `tree`. Raises as `count` does."""
    return _run(_emulator(tree), ROOT / "build/count", tree.resolve() / "build/count", script)


def _emulator(tree: Path) -> list:
    """The first part of the emulator's command, after everything that it needs has been made."""
    if shutil.which(QEMU) is None:
        raise CannotCount(f"instructions are not counted: {QEMU} is not installed")
    if "-plugin" not in subprocess.run([QEMU, "-help"], capture_output=True, text=True).stdout:
        raise CannotCount(f"instructions are not counted: this {QEMU} takes no plugins, unlike that of Debian 12")
    build.version()
    root = ROOT / "build/count/sysroot"
    sysroot.make(root)
    build.modules(tree.resolve(), root, tree.resolve() / "build/count/lib")
    return [QEMU, "-L", root]


def _run(emulator: list, here: Path, there: Path, script: Path, *arguments) -> str:
    done = subprocess.run(
        [*emulator, *_python(here / "sysroot", there / "lib"), script, *map(str, arguments)],
        capture_output=True, text=True, env={"PATH": os.environ.get("PATH", os.defpath)},
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"the emulated run fails:\n{done.stderr}")
    return done.stdout


def _python(root: Path, modules: Path) -> list:
    """The interpreter of the sysroot with its paths, which must be given because it is not installed."""
    home = root / "usr"
    libraries = home / "lib/aarch64-linux-gnu"
    environment = {
        "PYTHONHOME": home,
        "PYTHONPATH": f"{modules}:{home / 'lib/python3/dist-packages'}",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        # A script of the Debian packages would link these two libraries; it does not run here.
        "LD_LIBRARY_PATH": f"{libraries / 'blas'}:{libraries / 'lapack'}",
    }
    (interpreter,) = [p for p in home.glob("bin/python3.*") if p.name.removeprefix("python3.").isdigit()]
    return [word for name, value in environment.items() for word in ("-E", f"{name}={value}")] + [interpreter, "-S"]


def _read(said: dict, out: Path) -> list[Count]:
    """The counts that the plugin wrote, by the cases that the guest reports. An empty region comes first in both files."""
    marks, *instructions = np.fromfile(out, np.uint64).astype(float)
    ran = Path(f"{out}.blocks").read_text().split("\n\n")[1:]
    counts, at = [], 0
    for case, pieces in zip(said["cases"], ran, strict=False):
        part = np.array(instructions[at : at + case["blocks"]]) - marks
        at += case["blocks"]
        rows = (line.split() for line in pieces.splitlines())
        pieces = [(int(address, 16), int(length), int(runs)) for address, length, runs in rows]
        counts.append(Count(case["name"], case["sound"], case["block"], part, pieces, said["modules"]))
    assert at == len(instructions)
    return counts
