"""The limiters that are compared, each as a function of sound (shape (frames, 2), float64), gain in dB, and ceiling in dB."""

import subprocess

import numpy as np
import pyloudnorm

from dsp_ext.limiter.limiter import Limiter
from dsp_ext.settings import LIMITER_STYLES
from tests.support.true_peak_oracle import BS1770, peak_db

from .signals import RATE_HZ

CEILING_DB = -1.0
RELEASES_MS = (5, 10, 20, 50, 100)
MOST_GAIN_DB = 24.0
DPL = "http\\\\://gareus.org/oss/lv2/dpl#stereo"
METER = pyloudnorm.Meter(RATE_HZ, filter_class="DeMan")


def ffmpeg(x, filters: str) -> np.ndarray:
    raw = ["-f", "f64le", "-ar", str(RATE_HZ)]
    command = ["ffmpeg", "-v", "error", *raw, "-ac", "2", "-i", "-", "-af", filters, *raw, "-"]
    run = subprocess.run(command, input=x.astype("<f8").tobytes(), capture_output=True, check=True)
    return np.frombuffer(run.stdout, "<f8").reshape(-1, 2)


def alimiter(release_ms: int):
    def run(x, gain_db, ceiling_db):
        up, down = (f"aresample={rate}:precision=28" for rate in (4 * RATE_HZ, RATE_HZ))
        limit = f"alimiter=limit={10 ** (ceiling_db / 20):.9f}:attack=5:release={release_ms}:level=disabled:latency=1"
        return ffmpeg(x, f"volume={gain_db}dB:precision=double,{up},{limit},{down}")

    return run


def dpl(x, gain_db, ceiling_db):
    return ffmpeg(x, f"lv2=p={DPL}:c=gain={gain_db}|threshold={ceiling_db}|release=0.05|truepeak=1")


def burnish(style: str, release_ms: float = 0.0):
    def run(x, gain_db, ceiling_db):
        limiter = Limiter(RATE_HZ)
        limiter.set(gain_db=gain_db, ceiling_dbtp=ceiling_db, style=style, release_ms=release_ms, settle=True)
        start = RATE_HZ // 5
        y = np.zeros((2, start + len(x) + limiter.latency), np.float32)
        y[:, start : start + len(x)] = x.T
        limiter.process(y)
        return y[:, start + limiter.latency :].T.astype(np.float64)

    return run


def ours(release_ms: float = 0.0) -> dict:
    """Every style; a `release_ms` of 0 is the release of the style."""
    return {style: burnish(style, release_ms) for style in LIMITER_STYLES}


OURS = ours()
OTHERS = {f"alimiter {ms}": alimiter(ms) for ms in RELEASES_MS} | {"dpl": dpl}


def matched(limiter, x, target_lufs: float):
    """Output, gain, loudness: the gain by the secant's rule, the ceiling lower by what was over."""
    ceiling, gain = CEILING_DB, target_lufs - METER.integrated_loudness(x)
    for _ in range(3):
        seen = []
        for _ in range(8):
            y = limiter(x, round(float(gain), 3), round(float(ceiling), 3))
            loudness = METER.integrated_loudness(y)
            seen.append((gain, loudness))
            if abs(loudness - target_lufs) < 0.05 or (gain == MOST_GAIN_DB and loudness < target_lufs):
                break
            slope = 1.0
            if len(seen) > 1 and abs(seen[-1][0] - seen[-2][0]) > 1e-3:
                slope = (seen[-1][1] - seen[-2][1]) / (seen[-1][0] - seen[-2][0])
            gain = min(MOST_GAIN_DB, gain + (target_lufs - loudness) / min(1.0, max(0.2, slope)))
        over = peak_db(y.T, BS1770) - CEILING_DB
        if over <= 0.03:
            break
        ceiling -= over
    return y, gain, loudness
