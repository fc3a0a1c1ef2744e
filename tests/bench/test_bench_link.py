"""The time from a command on the laptop to its effect on the sound, on the simulated box, counted in frames of the box."""

import math
import time
from statistics import median

import pytest

from demo.box import SimulatedBox
from demo.mix import synthesise
from host_cli.box.client import BoxClient
from host_cli.box.serial_port import SerialLink
from host_cli.render import audiofile

pytestmark = pytest.mark.bench

RATE_HZ = 48000
#: The length of a ramp, or of a crossfade of kernels.
FADE_FRAMES = round(0.02 * RATE_HZ)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """({"load": frames from each of 12 loads to the end of its last crossfade, "set": the same for 12 `set` commands},
    info)."""
    folder = tmp_path_factory.mktemp("box")
    words = audiofile.words_from_float(synthesise(RATE_HZ)[:, : 14 * RATE_HZ].T)
    audiofile.write_words(folder / "mix.wav", audiofile.round_to_bits(words, 24), RATE_HZ, "24")
    starts = {"load": [], "set": []}
    with SimulatedBox(folder / "run", folder / "mix.wav") as box, BoxClient(SerialLink(str(box.tty))) as client:
        time.sleep(1)
        for n in range(12):
            starts["load"].append(client.info().counters["frames"])
            client.load("Warm" if n % 2 == 0 else "Neutral")
            time.sleep(0.3)
            starts["set"].append(client.info().counters["frames"])
            client.set({"limiter.gain_db": n / 10})
            time.sleep(0.15)
        info = client.info().info
        while box.running():
            time.sleep(0.1)
    events = box.run_log()["events"]
    marks = sorted([(frame, what) for what, frames in starts.items() for frame in frames] + [(1 << 60, "end")])
    taken = {"load": [], "set": []}
    for (begin, what), (end, _) in zip(marks, marks[1:], strict=False):
        last = max((event["frame"] for event in events if begin <= event["frame"] < end), default=None)
        assert last is not None, f"{what} at frame {begin} had no effect"
        taken[what].append(last - begin + FADE_FRAMES)
    return taken, info


@pytest.mark.parametrize(("what", "figure", "target_ms"), [
    ("load", "time from `load` to the end of the last crossfade, for a preset with new FIR kernels", 150),
    ("set", "time from `set` to the end of its 20 ms ramp", None),
])  # fmt: skip
def test_command_to_sound(runs, record, what, figure, target_ms):
    taken, info = runs
    period_ms = 1000 * info["period_frames"] / RATE_HZ
    found_ms = [1000 * frames / RATE_HZ for frames in taken[what]]
    target_ms = target_ms or round(period_ms + 30, 1)
    print(f"{figure}: median {median(found_ms):.1f} ms, longest {max(found_ms):.1f} ms of {len(found_ms)}")
    record("Link", f"{figure}, pseudo terminal, median of 12", median(found_ms), "ms", target=f"≤ {target_ms:g} ms",
           digits=0, tolerance=math.inf)  # fmt: skip
    assert median(found_ms) <= target_ms
