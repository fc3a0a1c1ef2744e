"""A render of one hour: memory, speed and the gain of rendering two files at a time.

Memory is the largest resident set of the process. Speed is in CPU time, so that other work of the machine does not matter. For
`--jobs`, the time of `--jobs 2` is divided by that of two processes at the same time: 1 means that the threads of one process
do not wait for each other, whatever else the machine does.
"""

import json
import math
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import numpy as np
import pytest
import soundfile

from demo.mix import synthesise
from tests.support.paths import ROOT

from .conftest import RATE_HZ

pytestmark = pytest.mark.bench

HOUR_S = 3600
SETTINGS = ["--preset", "Streaming -14", "--no-target"]
#: Seconds of each of the files that are rendered at the same time, and how often.
PART_S, RUNS = 120, 5
#: Renders, and prints its CPU time in seconds and its largest resident memory in MB.
MEASURED = """
import resource, sys
from host_cli import __main__ as entry
status = entry.main(sys.argv[1:])
usage = resource.getrusage(resource.RUSAGE_SELF)
print(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
sys.exit(status)
"""


def music(path: Path, seconds: int) -> Path:
    """The mix of the demo, repeated, with 24 bits."""
    sound = synthesise(RATE_HZ).T.astype(np.float32)
    with soundfile.SoundFile(path, "w", RATE_HZ, 2, "PCM_24") as file:
        left = seconds * RATE_HZ
        while left > 0:
            file.write(sound[:left])
            left -= len(sound)
    return path


def measured(source: Path, out: Path) -> tuple[float, float, dict]:
    """(CPU time in s, largest memory in MB, result) of a render in a process of its own."""
    command = [sys.executable, "-c", MEASURED, "--json", "render", source, "-o", out, "--yes", *SETTINGS]
    done = subprocess.run([str(word) for word in command], cwd=ROOT, capture_output=True, text=True, check=True)
    result, figures = done.stdout.splitlines()
    cpu_s, memory_mb = map(float, figures.split())
    return cpu_s, memory_mb, json.loads(result)["rendered"][0]


def test_memory_and_speed_of_an_hour(tmp_path, record):
    memory = {}
    for seconds in (60, HOUR_S):
        cpu_s, memory[seconds], result = measured(music(tmp_path / f"{seconds}.wav", seconds), tmp_path / "out.wav")
        assert result["frames"] == seconds * RATE_HZ and result["bad_blocks"] == 0
        print(
            f"render of {seconds} s: {cpu_s:.1f} s of CPU, {seconds / cpu_s:.0f} x real time, {memory[seconds]:.0f} MB"
        )
    record("Speed", "render of one hour of 48 kHz, measured before and after, times real time on one core of the machine of these rows",
           HOUR_S / cpu_s, "×", digits=0, tolerance=math.inf)  # fmt: skip
    record("Speed", "render of one hour, largest memory", memory[HOUR_S], "MB", digits=0, tolerance=math.inf)
    record("Speed", "render of one hour, largest memory more than of one minute", memory[HOUR_S] - memory[60], "MB",
           target="≤ 8", digits=1, tolerance=math.inf)  # fmt: skip
    assert memory[HOUR_S] - memory[60] < 8, "the whole hour is 1.4 GB as float32"


def seconds_of(*commands: list[str]) -> float:
    """How long the commands take at the same time."""
    start = time.monotonic()
    running = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) for command in commands]
    assert [run.wait() for run in running] == [0] * len(running)
    return time.monotonic() - start


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="this machine has one core")
def test_two_jobs_share_two_cores(tmp_path, record):
    sources = [music(tmp_path / f"{name}.wav", PART_S) for name in "ab"]
    (tmp_path / "out").mkdir()
    render = [sys.executable, "-m", "host_cli", "--yes", "render"]
    both = [*render, *map(str, sources), "-o", str(tmp_path / "out"), *SETTINGS]
    single = [[*render, str(source), "-o", str(tmp_path / "out" / source.name), *SETTINGS] for source in sources]
    against_one, against_processes = [], []
    for _ in range(RUNS):
        one, two, processes = (
            seconds_of([*both, "--jobs", "1"]),
            seconds_of([*both, "--jobs", "2"]),
            seconds_of(*single),
        )
        against_one.append(two / one)
        against_processes.append(two / processes)
    print(
        f"two files, --jobs 2: {median(against_one):.2f} of the time of --jobs 1, {median(against_processes):.2f} of two processes"
    )
    record("Speed", "render of two files with --jobs 2 on two cores, against --jobs 1 (0.5 on an idle machine would be perfect)",
           median(against_one), digits=2, tolerance=math.inf)  # fmt: skip
    record("Speed", "render of two files with --jobs 2, against two processes at the same time", median(against_processes),
           target="≤ 1.1", digits=2, tolerance=math.inf)  # fmt: skip
