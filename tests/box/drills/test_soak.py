"""Runs audio, meters and a turning knob for a long time, without an xrun, a lost meter frame or a lost detent."""

import json
import os
import random
import subprocess
import time

import numpy as np

from tests.box.parts import Jig

SECONDS = float(os.environ.get("SECONDS", 20))
HZ = 20


def test_soak(burnishd, header, tool, rate_hz, period_frames, rng, note):
    noise = (rng.standard_normal((20 * rate_hz, 2)) * 0.05 * 2**31).astype(np.int32)
    fingers = random.Random(2)
    with Jig(noise, rate_hz, period_frames, repeat=True) as jig, open("/tmp/meters", "w+") as out:
        jig.start()
        time.sleep(1)
        header.longest_pause_ms()
        command = tool.command("--json", "meters", "--hz", HZ, "--for", int(SECONDS))
        meters = subprocess.Popen(command, stdout=out, stdin=subprocess.DEVNULL)
        began, turned = time.monotonic(), 0
        while time.monotonic() - began < SECONDS:
            time.sleep(fingers.uniform(1, 6))
            detents = fingers.randrange(1, 20)
            for there_and_back in (detents, -detents):
                header.turn(4, there_and_back, 0.002, fingers)
            turned += 2 * detents
        assert meters.wait(60) == 0
        counters, gain = tool.counters, float(tool.get("limiter.gain_db"))
        out.seek(0)
        numbers = [json.loads(line)["seq"] for line in out]
    note(f"{SECONDS:.0f} virtual seconds, {turned} detents, load_max_pct", counters["load_max_pct"])
    assert counters["xruns"] == 0
    assert (counters["audio_starts"], counters["control_starts"]) == (1, 1)
    assert header.longest_pause_ms() < 15
    assert abs(len(numbers) - HZ * SECONDS) < 0.02 * HZ * SECONDS
    assert numbers[-1] - numbers[0] + 1 == len(numbers)
    assert abs(gain) < 1e-6, f"{turned} detents forward and back left a gain of {gain} dB"
    assert burnishd.stop() == 0
