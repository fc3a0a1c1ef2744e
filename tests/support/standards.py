"""The test signals of EBU Tech 3341 V4 (loudness and true peak) and Tech 3342 V4 (loudness range), as data.

Made from the published descriptions: unless stated otherwise, the signals are 1 kHz sines in phase on both channels, with
peak levels in dBFS. The cases that are recordings of programmes are left out: 7 and 8 of Tech 3341, 5 and 6 of Tech 3342. A
segment is (seconds, dBFS), or (seconds, None) for silence; all lengths are multiples of 10 ms.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import signal

RATES_HZ = (44100, 48000, 96000, 192000)


@dataclass(frozen=True)
class Case:
    """`files`: one list of segments per file. `reads`: the fields of the meter that must read `expected`.

    `when` states when the meter is read: "end" is the end of each file; "always" is every reading from `after_s` on; "segment" is
    the end of each `group` of segments, with one value in `expected` per group.
    """

    number: int
    title: str
    files: tuple[tuple[tuple[float, float | None], ...], ...]
    reads: tuple[str, ...]
    expected: tuple[float, ...]
    tolerance: float
    when: str = "end"
    after_s: float = 0.0
    group: int = 0
    unit: str = "LUFS"


INTEGRATED = ("integrated_lufs",)

LOUDNESS = (
    Case(1, "tone of 20 s at −23 dBFS", (((20, -23),),), ("momentary_lufs", "short_lufs", *INTEGRATED), (-23.0,), 0.1),
    Case(2, "tone of 20 s at −33 dBFS", (((20, -33),),), ("momentary_lufs", "short_lufs", *INTEGRATED), (-33.0,), 0.1),
    Case(3, "tones at −36, −23, −36 dBFS: relative gate", (((10, -36), (60, -23), (10, -36)),), INTEGRATED, (-23.0,), 0.1),
    Case(
        4, "tones at −72, −36, −23, −36, −72 dBFS: both gates",
        (((10, -72), (10, -36), (60, -23), (10, -36), (10, -72)),), INTEGRATED, (-23.0,), 0.1,
    ),
    Case(5, "tones at −26, −20, −26 dBFS", (((20, -26), (20.1, -20), (20, -26)),), INTEGRATED, (-23.0,), 0.1),
    Case(9, "short-term loudness of cycles of 3 s", (((1.34, -20), (1.66, -30)) * 5,), ("short_lufs",), (-23.0,), 0.1,
         when="always", after_s=3.0),
    Case(10, "maximum short-term loudness of 3 s bursts, 20 files", tuple(((i * 0.15, None), (3, -23), (1, None)) for i in range(20)),
         ("max_short_lufs",), (-23.0,), 0.1),
    Case(11, "maximum short-term loudness of 3 s bursts, live",
         (tuple(s for i in range(20) for s in ((i * 0.15, None), (3, -38 + i), (3 - i * 0.15, None))),),
         ("max_short_lufs",), tuple(float(-38 + i) for i in range(20)), 0.1, when="segment", group=3),
    Case(12, "momentary loudness of cycles of 0.4 s", (((0.18, -20), (0.22, -30)) * 25,), ("momentary_lufs",), (-23.0,), 0.1,
         when="always", after_s=1.0),
    Case(13, "maximum momentary loudness of 0.4 s bursts, 20 files", tuple(((i * 0.02, None), (0.4, -23), (1, None)) for i in range(20)),
         ("max_momentary_lufs",), (-23.0,), 0.1),
    Case(14, "maximum momentary loudness of 0.4 s bursts, live",
         (tuple(s for i in range(20) for s in ((i * 0.02, None), (0.4, -38 + i), (0.4 - i * 0.02, None))),),
         ("max_momentary_lufs",), tuple(float(-38 + i) for i in range(20)), 0.1, when="segment", group=3),
)  # fmt: skip

RANGE = (
    Case(1, "tones at −20, −30 dBFS", (((20, -20), (20, -30)),), ("lra_lu",), (10.0,), 1.0, unit="LU"),
    Case(2, "tones at −20, −15 dBFS", (((20, -20), (20, -15)),), ("lra_lu",), (5.0,), 1.0, unit="LU"),
    Case(3, "tones at −40, −20 dBFS", (((20, -40), (20, -20)),), ("lra_lu",), (20.0,), 1.0, unit="LU"),
    Case(4, "tones at −50, −35, −20, −35, −50 dBFS", (tuple((20, level) for level in (-50, -35, -20, -35, -50)),), ("lra_lu",),
         (15.0,), 1.0, unit="LU"),
)  # fmt: skip

#: Case 6: a 5.0 programme of 20 s; channel pairs with their weights in the sum.
SURROUND = (((-28, -28), 1.0), ((-24, None), 1.0), ((-30, -30), 1.41))

#: Steady sines for true peak: number, rate / frequency, amplitude, phase in degrees, expected dBTP.
TRUE_PEAK_SINES = (
    (15, 4, 0.50, 0.0, -6.0),
    (16, 4, 0.50, 45.0, -6.0),
    (17, 6, 0.50, 60.0, -6.0),
    (18, 8, 0.50, 67.5, -6.0),
    (19, 4, 1.41, 45.0, 3.0),
)
TRUE_PEAK_TOLERANCE_DB = (-0.4, 0.2)
#: Cases 20 to 23: offset of the decimation, expected dBTP.
TRUE_PEAK_BURSTS = ((20, 0, 0.0), (21, 1, 0.0), (22, 2, 0.0), (23, 3, 0.0))


def tone(rate_hz: int, seconds: float, dbfs: float | None) -> np.ndarray:
    """1 kHz, float32, phase 0 at the start. 10 ms hold whole cycles at every rate."""
    frames = round(seconds * rate_hz)
    if dbfs is None:
        return np.zeros(frames, np.float32)
    cycle = 10 ** (dbfs / 20) * np.sin(2 * np.pi * 1000 / rate_hz * np.arange(rate_hz // 100))
    return np.resize(cycle.astype(np.float32), frames)


def stereo(mono: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(np.broadcast_to(mono, (2, len(mono))))


def blocks(rate_hz: int, segments, longest_s: float = 5.0) -> Iterator[tuple[int, np.ndarray]]:
    """(segment, block of shape (2, frames)), blocks no longer than `longest_s`, so that memory stays small."""
    for index, (seconds, dbfs) in enumerate(segments):
        while seconds > 1e-9:
            yield index, stereo(tone(rate_hz, min(seconds, longest_s), dbfs))
            seconds -= longest_s


def steady_sine(rate_hz: int, divisor: int, amplitude: float, degrees: float) -> np.ndarray:
    """0.2 s of a sine of rate / `divisor` Hz, with fades of 10 ms and silence on both sides."""
    frames, fade = rate_hz // 5, rate_hz // 100
    x = amplitude * np.sin(2 * np.pi * np.arange(frames) / divisor + np.radians(degrees))
    x[:fade] *= np.linspace(0, 1, fade)
    x[-fade:] *= np.linspace(1, 0, fade)
    return stereo(np.concatenate([x, np.zeros(fade)]).astype(np.float32))


def burst_in_sine(rate_hz: int, offset: int) -> np.ndarray:
    """rate/6 at 0.50 with one period of rate/4 at 1.00, phase-continuous, made at 4 times the rate, low-passed,
    decimated."""
    slow = 0.5 * np.sin(2 * np.pi * np.arange(rate_hz // 10 // 6 * 24) / 24)
    x = np.concatenate([slow, np.sin(2 * np.pi * np.arange(16) / 16), slow])
    fade = rate_hz // 25
    x[:fade] *= np.linspace(0, 1, fade)
    x[-fade:] *= np.linspace(1, 0, fade)
    x = signal.fftconvolve(x, signal.firwin(1025, 0.5, fs=4, window=("kaiser", 10)))
    return stereo(x[offset::4].astype(np.float32))
