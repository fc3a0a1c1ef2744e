"""`python -m tests.count.panel [SCENE ...]`: aarch64 instructions of one picture of the display, drawn and packed for the bus.

Pillow and msgspec for aarch64 come from PyPI into build/count/panel; everything else is as for `python -m tests.count`.
"""

import json
import shutil
import subprocess
import sys
import zipfile

from . import build, machine
from .sysroot import CannotCount

SCENES = ("eq", "eq_turned", "dyn", "stereo", "colour", "limit", "meter", "meter_numbers", "preset", "master")
WHEELS = ("msgspec", "pillow", "tomli-w")
PICTURES_PER_S = 30
#: A Cortex-A72 of a Pi 4 at 1.5 GHz. Interpreted Python runs at about one instruction per cycle on it.
CORE_HZ = 1.5e9
#: The display's bus and the bytes of a whole picture.
BUS_HZ, PICTURE_BYTES = 16e6, 256 * 64 // 2


def count(names=SCENES) -> dict[str, float]:
    """Instructions of one picture by scene. Raises CannotCount if this machine lacks something."""
    emulator = machine._emulator(machine.ROOT)
    folder = machine.ROOT / "build/count"
    library = folder / "panel"
    _fill(library)
    plugin, out = build.plugin(folder), folder / "counts.panel"
    python = machine._python(folder / "sysroot", folder / "lib")
    place = next(i for i, word in enumerate(python) if str(word).startswith("PYTHONPATH="))
    python[place] = f"{python[place]}".replace("PYTHONPATH=", f"PYTHONPATH={library}:{folder / 'lib'}:", 1)
    done = subprocess.run(
        [*emulator, "-plugin", f"{plugin},out={out}", *python, machine.HERE / "guest_panel.py", *names],
        capture_output=True, text=True, env={"PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"the emulated run fails:\n{done.stderr}")
    return {one.name: float(one.instructions.sum()) for one in machine._read(json.loads(done.stdout), out)}


def _fill(library) -> None:
    """Pillow and msgspec for the emulated Python, the firmware, and the scenes."""
    if not (library / "PIL").exists():
        library.mkdir(parents=True, exist_ok=True)
        wheels = library / "wheels"
        asked = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "-q",
            "--no-deps",
            "--only-binary=:all:",
            "--python-version",
            "3.11",
            "-d",
            wheels,
        ]
        for platform in ("manylinux2014_aarch64", "manylinux_2_28_aarch64"):
            asked += ["--platform", platform]
        done = subprocess.run([*asked, *WHEELS], capture_output=True, text=True)
        if done.returncode:
            raise CannotCount(f"pictures are not counted: pip cannot download {', '.join(WHEELS)} for aarch64")
        for wheel in wheels.glob("*.whl"):
            zipfile.ZipFile(wheel).extractall(library)
    for package in ("firmware", "hardware"):
        shutil.rmtree(library / package, ignore_errors=True)
    for package in ("firmware", "hardware"):
        shutil.copytree(machine.ROOT / package, library / package, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    (library / "tests" / "support").mkdir(parents=True, exist_ok=True)
    shutil.copy(machine.ROOT / "tests/support/panel_scenes.py", library / "tests" / "support")


def share(instructions: float) -> float:
    """The share of a core in per cent that 30 pictures a second take, at one instruction per cycle."""
    return 100 * instructions * PICTURES_PER_S / CORE_HZ


if __name__ == "__main__":
    try:
        for name, instructions in count(sys.argv[1:] or SCENES).items():
            print(f"{name:16} {instructions / 1e6:8.2f} million instructions {share(instructions):6.1f} % of a core")
        print(
            f"bus: {1e3 * 8 * PICTURE_BYTES / BUS_HZ:.1f} ms for a whole picture of {PICTURE_BYTES} bytes at {BUS_HZ / 1e6:.0f} MHz"
        )
    except CannotCount as error:
        sys.exit(str(error))
