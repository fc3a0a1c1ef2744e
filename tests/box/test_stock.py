"""The box on Debian's unmodified real-time kernel, in an emulator that counts instructions. `make test-box-stock` runs this;
SECONDS=60 makes it longer."""

import os
from pathlib import Path

import pytest

from tests.support.paths import ROOT

from . import results
from .guest import pytest_command, script
from .stock import emulator, kernel

pytestmark = pytest.mark.stock

#: MACHINES="amd64 arm64" adds the kernel for arm64, whose audio has not worked yet: see README.md.
MACHINES = os.environ.get("MACHINES", "amd64").split()
DRILL = "tests/box/drills/test_stock.py"
SETTINGS = {"SECONDS": os.environ.get("SECONDS") or "10", "RATE_HZ": "96000", "PERIOD_FRAMES": "256"}
#: The systems for arm64 in which `make try-install` installs Burnish and its tests.
ARM64 = [ROOT / "build/arm64" / release for release in ("bookworm", "trixie")]
#: On the host's clock: a busy host needs many seconds for one second of the emulated processor.
TIMEOUT_S = 4 * 3600


def installed_arm64() -> Path | None:
    """A system for arm64 with Burnish, if there is one here."""
    return next((root for root in ARM64 if (root / "srv/check/libraries").exists()), None)


def command(machine: str) -> tuple[Path, str]:
    """(the folder with the guest's file system, the script that runs the drill there)"""
    if machine == "amd64":
        words = pytest_command(DRILL)
        root, folder = Path("/"), ROOT
    else:
        words = ["PYTHONPATH=libraries:.", *pytest_command(DRILL, "/opt/burnish/current/bin/python")]
        root, folder = installed_arm64(), Path("/srv/check")
    settings = [f"{name}={value}" for name, value in SETTINGS.items()]
    return root, script(["env", f"MACHINE={machine}", *settings, *words], folder)


@pytest.mark.parametrize("machine", MACHINES)
def test_no_xrun_after_the_start(machine, document):
    if machine == "arm64" and installed_arm64() is None:
        pytest.skip("there is no system for arm64 with Burnish: run `make try-install` first")
    try:
        fetched = kernel.fetched(machine)
    except kernel.CannotRun as error:
        pytest.skip(str(error))
    ended = emulator.run(machine, *fetched, *command(machine), timeout_s=TIMEOUT_S)
    rows, output = results.split(ended.output)
    document.update({row.drill: row for row in rows})
    print(f"{output}\n{ended.virtual_s:.0f} virtual s in {ended.host_s:.0f} s")
    assert ended.status == 0, f"it ended with status {ended.status} after {ended.virtual_s:g} virtual s"
