"""Starts each drill in a new guest. `make test-box` runs this; LONG=1 adds the long drills."""

import os
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from . import guest, results
from .kernel import build

pytestmark = pytest.mark.box

DRILLS = Path(__file__).with_name("drills")
LONG = os.environ.get("LONG", "") not in ("", "0")


@dataclass(frozen=True)
class Drill:
    """A file of drills and how to run it: `environment` contains its settings, `kernel` contains options for the guest's Linux
    kernel."""

    file: str
    environment: dict[str, str] = field(default_factory=dict)
    kernel: tuple[str, ...] = ()
    #: On the host's clock, for a guest whose time stands still: a busy host may need many times what an idle one does.
    timeout_s: float = 3600

    @property
    def name(self) -> str:
        return " ".join([self.file.removesuffix(".py").removeprefix("test_"), *self.environment.values()])


def audio(rate_hz: int, period_frames: int, preset: str = "Loud") -> Drill:
    return Drill("test_audio.py", {"RATE_HZ": str(rate_hz), "PERIOD_FRAMES": str(period_frames), "PRESET": preset})


SHORT_DRILLS = (
    Drill("test_smoke.py"),
    Drill("test_gadget.py"),
    audio(96000, 128),
    Drill("test_panel.py", {"SECONDS": "2"}),
    Drill("test_faults.py"),
    Drill("test_link.py"),
    Drill("test_misc.py"),
    Drill("test_flood.py"),
    Drill("test_storage.py", {"PERIOD_FRAMES": "256"}),
)
LONG_DRILLS = (
    *(audio(rate_hz, period) for rate_hz in (44100, 48000, 96000, 192000) for period in (64, 128, 256)),
    audio(48000, 128, "Streaming -14"),
    Drill("test_panel.py", {"SECONDS": "20"}, timeout_s=4 * 3600),
    Drill("test_link.py", {"REPLUGS": "20"}),
    Drill("test_pulled.py"),
    Drill("test_storage.py", {"PERIOD_FRAMES": "256", "FROZEN_S": "40"}),
    Drill("test_soak.py", {"SECONDS": "600", "RATE_HZ": "96000", "PERIOD_FRAMES": "128"}, timeout_s=8 * 3600),
)
ALL = SHORT_DRILLS + (LONG_DRILLS if LONG else ())


@pytest.fixture(scope="module")
def kernel() -> Path:
    try:
        return build.kernel()
    except build.CannotBuild as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def runs(kernel, request) -> dict[str, Future]:
    """Run the selected drills, one per core at the same time, because each guest uses one processor."""
    wanted = [item.callspec.params["drill"] for item in request.session.items if item.module is request.module]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield {drill.name: pool.submit(run, kernel, drill) for drill in wanted}


def run(kernel: Path, drill: Drill) -> guest.Ended:
    settings = [f"{name}={value}" for name, value in drill.environment.items()]
    return guest.run(
        kernel,
        ["env", *settings, *guest.pytest_command(DRILLS / drill.file)],
        kernel_arguments=drill.kernel,
        timeout_s=drill.timeout_s,
    )


@pytest.mark.parametrize("drill", ALL, ids=lambda drill: drill.name)
def test_drill(runs, drill, document):
    ended = runs[drill.name].result()
    rows, output = results.split(ended.output)
    document.update({row.drill: row for row in rows})
    print(f"{output}\n{drill.name}: {ended.virtual_s:.0f} virtual s in {ended.host_s:.0f} s")
    assert ended.status == 0, f"{drill.name} ended with status {ended.status} after {ended.virtual_s:g} virtual s"
