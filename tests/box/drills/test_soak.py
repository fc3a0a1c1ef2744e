"""Runs audio for a long time while the control process is busy with meters, requests, new EQ curves and a turning knob: without
an xrun, a lost meter frame or a lost detent."""

import json
import os
import random
import subprocess
import time

from tests.box.parts import Jig

SECONDS = float(os.environ.get("SECONDS", 20))
HZ = 20


def test_soak(burnishd, header, tool, music, rate_hz, period_frames, note, report):
    fingers = random.Random(2)
    with Jig(music, rate_hz, period_frames, repeat=True) as jig, open("/tmp/meters", "w+") as out:
        jig.start()
        time.sleep(1)
        header.longest_pause_ms()
        command = tool.command("--json", "meters", "--hz", HZ, "--for", int(SECONDS))
        meters = subprocess.Popen(command, stdout=out, stdin=subprocess.DEVNULL)
        began, turned, asked = time.monotonic(), 0, 0
        while time.monotonic() - began < SECONDS:
            time.sleep(fingers.uniform(1, 6))
            detents = fingers.randrange(1, 20)
            for there_and_back in (detents, -detents):
                header.turn(4, there_and_back, 0.002, fingers)
            turned += 2 * detents
            tool.json("get", "*")
            tool.set("eq.b1.gain_db", fingers.randrange(-6, 7))  # a new filter is designed, loaded and faded in
            asked += 2
        assert meters.wait(60) == 0
        counters, gain = tool.counters, float(tool.get("limiter.gain_db"))
        out.seek(0)
        numbers = [json.loads(line)["seq"] for line in out]
    pause_ms = header.longest_pause_ms()
    note(f"{SECONDS:.0f} virtual seconds, {turned} detents, {asked} commands, {len(numbers)} meter frames; load_max_pct",
         counters["load_max_pct"])  # fmt: skip
    if SECONDS >= 600:
        report(f"10 minutes at {rate_hz // 1000} kHz, {period_frames} frames", log=burnishd.log,
               sound=f"{counters['xruns']} xruns",
               recovery=f"{turned} detents, {asked} commands with {asked // 2} new EQ curves, and {len(numbers)} meter frames, "
                        f"none of them lost; longest pause of the heartbeat {pause_ms:.0f} ms")  # fmt: skip
    assert counters["xruns"] == 0
    assert (counters["audio_starts"], counters["control_starts"]) == (1, 1)
    assert pause_ms < 15
    assert abs(len(numbers) - HZ * SECONDS) < 0.02 * HZ * SECONDS
    assert numbers[-1] - numbers[0] + 1 == len(numbers)
    assert abs(gain) < 1e-6, f"{turned} detents forward and back left a gain of {gain} dB"
    assert burnishd.stop() == 0
