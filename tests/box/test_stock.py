"""The box on Debian's unmodified real-time kernel, in an emulator that counts instructions. `make test-box-stock` runs this;
SECONDS=60 makes it longer."""

import os
from pathlib import Path

import pytest

from .guest import pytest_command
from .stock import emulator, kernel

pytestmark = pytest.mark.stock

DRILL = Path(__file__).with_name("drills") / "test_stock.py"
SETTINGS = {"SECONDS": os.environ.get("SECONDS") or "10", "RATE_HZ": "96000", "PERIOD_FRAMES": "256"}
#: On the host's clock: a busy host needs many seconds for one second of the emulated processor.
TIMEOUT_S = 4 * 3600


@pytest.fixture(scope="module")
def fetched() -> tuple[Path, Path]:
    try:
        return kernel.fetched()
    except kernel.CannotRun as error:
        pytest.skip(str(error))


def test_no_xrun_after_the_start(fetched):
    settings = [f"{name}={value}" for name, value in SETTINGS.items()]
    ended = emulator.run(*fetched, ["env", *settings, *pytest_command(DRILL)], timeout_s=TIMEOUT_S)
    print(f"{ended.output}\n{ended.virtual_s:.0f} virtual s in {ended.host_s:.0f} s")
    assert ended.status == 0, f"it ended with status {ended.status} after {ended.virtual_s:g} virtual s"
