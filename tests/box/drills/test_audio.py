"""Music that passes through the box equals the output of `burnish render`, bit for bit, without an xrun."""

import math
import os
import time

import numpy as np
import pytest

from demo.mix import synthesise
from dsp_ext.core import partition_frames
from host_cli.render import audiofile
from tests.box.parts import Burnishd, Jig

SECONDS = 3
#: The comparison must cover more than this, because the last blocks of the recorder can be missing.
LEAST_SECONDS = 2


@pytest.fixture(scope="module")
def preset() -> str:
    return os.environ.get("PRESET", "Loud")


@pytest.fixture(scope="module")
def words(rate_hz) -> np.ndarray:
    """The loud part of the demo's mix in 24 bits, shape (frames, 2), int32; its first frame is not silent."""
    samples = synthesise(rate_hz)[:, 4 * rate_hz : (4 + SECONDS) * rate_hz]
    words = audiofile.round_to_bits(audiofile.words_from_float(samples.T), 24)
    return words[np.flatnonzero(words.any(axis=1))[0] :]


@pytest.fixture(scope="module")
def run(header, cable, card_clock, tool, words, preset, rate_hz, period_frames):
    """(the recording, counters before the music, counters after it, exit status, log)"""
    with Jig(words, rate_hz, period_frames, path="/tmp/recorded.raw") as jig:
        service = Burnishd(rate_hz, period_frames)
        cable.plug()
        service.wait_for_sound(header)
        time.sleep(1.5)
        assert tool("--yes", "preset", "load", preset).status == 0
        time.sleep(2)  # kernels are designed, loaded and faded in
        before = tool.counters
        jig.start()
        time.sleep(len(words) / rate_hz + 1)
        after = tool.counters
        status = service.stop()
        time.sleep(0.2)
        return jig.stop(), before, after, status, service.log


def from_first_sound(words: np.ndarray) -> np.ndarray:
    sounding = np.flatnonzero(words.any(axis=1))
    assert len(sounding), "only silence was recorded"
    return words[sounding[0] :]


def test_output_is_the_render(run, tool, words, preset, rate_hz, period_frames, note):
    """How the convolver rounds its sums depends on the position within a partition at which the music begins. Since the music
    begins at the start of a period, there are a few possible positions, and one of them must give exactly the same bits."""
    recorded = from_first_sound(run[0])
    audiofile.write_words("/tmp/mix.wav", words, rate_hz, "24")
    command = (
        "--yes",
        "render",
        "/tmp/mix.wav",
        "-o",
        "/tmp/render.wav",
        "-p",
        preset,
        "--bits",
        "32",
        "--keep-latency",
    )
    partition = partition_frames(rate_hz)
    differing = {}
    for start in range(0, partition, math.gcd(partition, period_frames)):
        answer = tool(*command, "--start-frame", start)
        assert answer.status == 0, answer.err
        wanted = from_first_sound(audiofile.read_words("/tmp/render.wav")[0])
        frames = min(len(wanted), len(recorded))
        differing[start] = int((wanted[:frames] != recorded[:frames]).any(axis=1).sum())
        if not differing[start]:
            break
    note(f"starting frame {start} of {partition}: frames equal", frames)
    assert frames > LEAST_SECONDS * rate_hz
    assert not differing[start], f"frames that differ, by the starting frame: {differing} of {frames}"


def test_no_xrun(run, note):
    _, before, after, _, _ = run
    note("load_max_pct", after["load_max_pct"])
    assert (before["xruns"], after["xruns"]) == (0, 0)
    assert after["audio_starts"] == 1


def test_relays_are_held_and_the_box_ends_when_asked(run):
    _, _, after, status, log = run
    assert after["relay_on"], log
    assert status == 0
