"""CPU time of a complete render, file to file, compared with ffmpeg and filters that do the same jobs.

Both programs start, read 24 bits, equalise with a linear-phase FIR of the same curve and number of taps, compress four
bands, limit at four times the rate, measure loudness and true peak before and after, and write 24 bits. Burnish also writes
dither. The first filter of ffmpeg outputs 100 ms at a time; its FIR then costs a fifth of what it costs with the blocks of
the reader.
"""

import math
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from statistics import median

import numpy as np
import pytest

from demo.mix import synthesise
from dsp_ext.core import kernel_response
from dsp_ext.eq import design_fir
from host_cli.render import audiofile

from .conftest import BANDS, RATE_HZ
from .timing import RUNS

pytestmark = pytest.mark.bench

SECONDS = 180
TAPS = 8192
GAIN_DB, CEILING_DB = 6.0, -1.0
THRESHOLD_DB, RATIO = -30.0, 4.0
CROSSOVERS_HZ = (120, 1000, 6000)


@pytest.fixture(scope="module")
def mix(tmp_path_factory):
    """A file with the length of a song: the mix of the demo, repeated."""
    path = tmp_path_factory.mktemp("render") / "mix.wav"
    sound = synthesise(RATE_HZ)
    times = -(-SECONDS * RATE_HZ // sound.shape[1])
    words = audiofile.words_from_float(np.tile(sound, times)[:, : SECONDS * RATE_HZ].T)
    audiofile.write_words(path, words, RATE_HZ, "24")
    return path


def filters() -> str:
    """The chain in ffmpeg's syntax. Its EQ gets the curve of Burnish at 60 frequencies."""
    kernel = design_fir.design(BANDS, RATE_HZ, TAPS)[0].real
    freqs_hz = np.geomspace(15, 22000, 60)
    curve_db = 20 * np.log10(np.abs(kernel_response(kernel, RATE_HZ, freqs_hz)))
    entries = ";".join(f"entry({f:.1f},{db:.3f})" for f, db in zip(freqs_hz, curve_db, strict=True))
    above = THRESHOLD_DB * (1 - 1 / RATIO)
    bands = " | ".join(
        f"0.015,0.12 6 -90/-90,{THRESHOLD_DB}/{THRESHOLD_DB},0/{above} {hz}" for hz in (*CROSSOVERS_HZ, 22000)
    )
    return ",".join(
        [
            "ebur128=peak=true",
            f"firequalizer=delay={TAPS / 2 / RATE_HZ}:fft2=on:gain_entry='{entries}'",
            f"mcompand='{bands}'",
            f"aresample={4 * RATE_HZ}",
            f"alimiter=level_in={10 ** (GAIN_DB / 20)}:limit={10 ** (CEILING_DB / 20)}:attack=5:release=100:level=0",
            f"aresample={RATE_HZ}",
            "ebur128=peak=true",
        ]
    )


def settings(split: str) -> list[str]:
    """The chain as settings of Burnish."""
    values = {"multiband.split": split, "limiter.gain_db": GAIN_DB, "limiter.ceiling_dbtp": CEILING_DB}
    for n, band in enumerate(BANDS, 1):
        values |= {f"eq.b{n}.enabled": "on", f"eq.b{n}.type": band.type, f"eq.b{n}.freq_hz": band.freq_hz,
                   f"eq.b{n}.gain_db": band.gain_db, f"eq.b{n}.q": band.q}  # fmt: skip
    for n in range(1, 5):
        values |= {f"multiband.b{n}.threshold_db": THRESHOLD_DB, f"multiband.b{n}.ratio": RATIO}
    for n, hz in enumerate(CROSSOVERS_HZ, 1):
        values[f"multiband.x{n}_hz"] = hz
    return [word for name, value in values.items() for word in ("-s", f"{name}={value}")]


def cpu_s(command: list[str], environment: dict[str, str]) -> float:
    """CPU time of a process and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True, env=os.environ | environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_speed_of_a_render_relative_to_ffmpeg(mix, record):
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed")
    out, root = mix.parent / "out.wav", Path(__file__).parents[2]
    splits = ("lr4", "linear")
    render = [sys.executable, "-m", "host_cli", "--yes", "render", str(mix), "-o", str(out)]
    ffmpeg = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-threads", "1", "-filter_threads", "1", "-i", str(mix),
              "-af", filters(), "-c:a", "pcm_s24le", str(out)]  # fmt: skip
    commands = [ffmpeg, *([*render, *settings(split)] for split in splits)]
    # Compiled Python files are kept, as in an installed package; the first run of each program creates them.
    environment = {"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(mix.parent)}
    times = [[] for _ in commands]
    for run in range(RUNS + 1):
        for command, found in zip(commands, times, strict=True):
            cost = cpu_s(command, environment)
            if run:
                found.append(cost)
    there, *here = (median(found) for found in times)
    for split, cost in zip(splits, here, strict=True):
        print(f"render of {SECONDS} s, multiband {split}: {cost:.2f} s of CPU; ffmpeg: {there:.2f}")
        record("Speed", f"whole chain, render of {SECONDS} s, multiband {split}, against ffmpeg", cost / there,
               target="≤ 0.4" if split == "lr4" else "", digits=2, tolerance=math.inf)  # fmt: skip
