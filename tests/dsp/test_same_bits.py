"""The same bits everywhere: a reference run of the whole chain, whose sum is compared with the committed one on each machine.

A laptop's render is a Pi's output only if x86-64 and aarch64 compute the same. The input and the kernels are made of integers,
so that no library of the test's own rounds; with everything switched on that works on samples.
"""

import hashlib

import numpy as np
import pytest

from dsp_ext import Engine

#: What is switched on over the defaults of the engine's settings.
WORKING = {
    "input.trim_db": 1.5,
    "multiband.enabled": 1,
    "multiband.b1.threshold_db": -30,
    "multiband.b1.ratio": 3,
    "multiband.b3.threshold_db": -40,
    "multiband.b3.ratio": 4,
    "multiband.b3.attack_ms": 5,
    "multiband.b3.release_ms": 80,
    "saturator.enabled": 1,
    "saturator.drive_db": 3,
    "limiter.gain_db": 6,
    "limiter.ceiling_dbtp": -1,
    "dither.bits": 1,  # 16
}


def integers(count: int, seed: int) -> np.ndarray:
    """`count` integers in ±2^15, by a linear congruence in exact arithmetic (Knuth, TAOCP vol. 2, MMIX's constants)."""
    state, out = seed, np.empty(count, np.int64)
    for i in range(count):
        state = (6364136223846793005 * state + 1442695040888963407) % 2**64
        out[i] = (state >> 48) - 2**15
    return out


def kernels(count: int, taps: int) -> np.ndarray:
    """Symmetric kernels: an impulse in the middle with a little of everything around it; exact in float32."""
    out = np.zeros((count, taps))
    for k in range(count):
        side = integers(taps // 2 - 1, 77 + k) / 2.0**32
        out[k, 1 : taps // 2] = side
        out[k, taps // 2 + 1 :] = side[::-1]
        out[k, taps // 2] = 0.5
    return out


@pytest.mark.parametrize("rate_hz", [44100, 48000, 96000, 192000])
def test_reference_run(rate_hz, record):
    engine = Engine(rate_hz, 512)
    for name, value in WORKING.items():
        engine.set(name, value)
    convolver = engine.multiband.convolver
    convolver.load(convolver.pack(kernels(3, engine.multiband.taps)), jump=True)
    noise = integers(2 * 3000, 5).reshape(-1, 2)
    words = np.tile(noise, (20, 1)) * 2**13
    words[np.arange(len(words)) // 2400 % 3 == 2] *= 7  # loud stretches for compressor and limiter
    words = words.astype(np.int32)
    engine.process_words(words)
    assert np.abs(words).max() > 2**29 and len(np.unique(words)) > 1000
    assert not np.any(words & 0xFFFF)  # 16 bits, dithered
    digest = hashlib.sha256(words.astype("<i4").tobytes()).hexdigest()[:16]
    record(
        "Same bits", f"SHA-256 of the reference run, {rate_hz / 1000:g} kHz", digest, target="the same on every machine"
    )
