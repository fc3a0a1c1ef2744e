"""The box on Debian's real-time kernel, with a processor whose instructions take time: no xrun once it has started. It has no pins there,
because Debian's kernels have no simulated GPIO chip, and no cable."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from firmware.health import shared_memory
from tests.box.parts import CardClock, Jig, wait_until
from tests.box.parts.burnishd import ROOT

#: Virtual time of the drill. The document describes the default.
USUAL_S = 10.0
SECONDS = float(os.environ.get("SECONDS") or USUAL_S)
CONFIG = """\
[audio]
hat = "none"
capture = "hw:Loopback,0,0"
playback = "hw:Loopback,0,1"
rate_hz = {rate_hz}
period_frames = {period_frames}
[panel]
enabled = false
display = false
relay = false
[link]
tty = ""
[files]
data = "/run/burnish-data"
run = "/run/burnish"
"""


@pytest.fixture
def counters(rate_hz, period_frames):
    """The counters of a box that processes noise."""
    config = Path("/run/burnish.toml")
    config.write_text(CONFIG.format(rate_hz=rate_hz, period_frames=period_frames))
    noise = (np.random.default_rng(1).standard_normal((2 * rate_hz, 2)) * 0.05 * 2**31).astype(np.int32)
    with CardClock(rate_hz, period_frames), Jig(noise, rate_hz, period_frames, repeat=True) as jig:
        jig.start()
        with open("/run/burnishd.log", "wb") as log:
            service = subprocess.Popen([sys.executable, "-m", "firmware", "--config", config], stdout=log, stderr=log,
                                       env=os.environ | {"PYTHONPATH": str(ROOT)})  # fmt: skip
        try:
            found = wait_until(lambda: (memory := shared_memory()) and memory.engine["frames"] > rate_hz, 120, 0.5)
            assert found is not None, Path("/run/burnishd.log").read_text()
            yield shared_memory()
            service.terminate()
            assert service.wait(20) == 0, Path("/run/burnishd.log").read_text()
        finally:
            service.kill()


def test_no_xrun_after_the_start(counters, rate_hz, period_frames, note, report):
    before, frames = counters.counters.as_dict(), counters.engine["frames"]
    time.sleep(SECONDS)
    after = counters.counters.as_dict()
    processed = counters.engine["frames"] - frames
    note(
        f"{processed} frames in {SECONDS:g} virtual s, {os.uname().release}; highest load",
        after["load_max_ppm"] / 1e4,
        "%",
    )
    note("blocks by load", {name: after[name] - before[name] for name in after if name.startswith("load_from")})
    if SECONDS == USUAL_S:
        report(f"Debian's real-time kernel for {os.environ['MACHINE']}, {rate_hz // 1000} kHz, {period_frames} frames",
               sound=f"{after['xruns'] - before['xruns']} xruns in {SECONDS:g} s", log="",
               recovery=f"highest load {after['load_max_ppm'] / 1e4:.0f} % of an emulated processor with 1000 million instructions per second")  # fmt: skip
    assert abs(processed - SECONDS * rate_hz) < 4 * period_frames + 0.01 * rate_hz
    assert after["xruns"] == before["xruns"]
    assert after["audio_starts"] == before["audio_starts"] == 1
