"""The cases that are counted. Runs on the emulated machine (see `guest.py`).

The settings use every part of the processors. Cases with constant settings are counted with music, with silence, and with
denormal numbers after music. Cases that change a setting or swap a kernel are counted with music.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from dsp_ext.convolution.convolver import Convolver
from dsp_ext.core.processor import partition_frames
from dsp_ext.core.shared_memory import Ring, SeqLock
from dsp_ext.engine import Engine
from dsp_ext.eq.bands import EqBand
from dsp_ext.eq.eq import Eq
from dsp_ext.limiter.limiter import Limiter
from dsp_ext.meters.k_weighting import KWeighting
from dsp_ext.meters.meter import Meter
from dsp_ext.multiband import design_crossover
from dsp_ext.multiband.multiband import Multiband
from dsp_ext.output.dither import Dither
from dsp_ext.output.saturator import Saturator
from dsp_ext.output.stereo import Stereo
from firmware.contract import params
from firmware.engine import designer

RATE_HZ = 48000
BLOCK = 256
SECOND = 188  # blocks
QUIET = 96  # blocks of silence or denormal numbers

EQ_BANDS = [
    EqBand("low_cut", 30),
    EqBand("low_shelf", 100, 2),
    *(EqBand("bell", 150.0 * 3**n, 2, 1) for n in range(4)),
    EqBand("high_shelf", 9000, 1),
]


def music(frames: int, rate_hz: int) -> np.ndarray:
    """Pink noise that swells twice per second, different in left and right, with a bass note; peaks at about -3 dBFS."""
    noise = np.random.default_rng(1).standard_normal((2, frames))
    spectrum = np.fft.rfft(noise)
    spectrum /= np.sqrt(np.maximum(np.arange(spectrum.shape[1]), 1))
    pink = np.fft.irfft(spectrum, frames)
    at = np.arange(frames) / rate_hz
    beats = 0.2 + np.exp(-8 * (at % 0.5))
    x = pink / pink.std() * beats * 0.15 + 0.2 * np.sin(2 * np.pi * 55 * at)
    return (x * (0.7 / np.abs(x).max())).astype(np.float32)


def silence(frames: int, rate_hz: int) -> np.ndarray:
    return np.zeros((2, frames), np.float32)


def denormals(frames: int, rate_hz: int) -> np.ndarray:
    """Noise below the smallest normal number."""
    return (np.random.default_rng(2).standard_normal((2, frames)) * 1e-40).astype(np.float32)


SOUNDS = {"music": music, "silence": silence, "denormals": denormals}
EVERY = tuple(SOUNDS)


@dataclass(frozen=True)
class Case:
    """`make()` creates the processor, and `region` is the function of `regions` that runs it. `before` blocks of music
    precede the `blocks` that are counted (at most QUIET for sounds other than music). `each(work, number)` runs before each
    of them, for cases that change something."""

    name: str
    make: Callable
    region: str = "processor"
    rate_hz: int = RATE_HZ
    block: int = BLOCK
    blocks: int = SECOND
    before: int = SECOND // 2
    sounds: tuple[str, ...] = EVERY
    each: Callable | None = None


def convolver() -> Convolver:
    partition = partition_frames(RATE_HZ)
    work = Convolver(RATE_HZ, partition, 8192 // partition)
    work.load(work.pack(np.random.default_rng(3).standard_normal((1, 8192)) / 100), jump=True)
    return work


def eq(mode: str) -> Eq:
    work = Eq(RATE_HZ, BLOCK)
    work.load(work.pack(EQ_BANDS, mode=mode), jump=True)
    return work


def swap_eq(work: Eq, number: int):
    """Change a band by 3 dB as often as the previous crossfade allows: in one of eight blocks."""
    if number % 8 == 0:
        bands = [replace(EQ_BANDS[2], gain_db=3.0 * (number % 16 == 0))]
        work.load(work.pack([*EQ_BANDS[:2], *bands, *EQ_BANDS[3:]], mode=work.mode))


COMPRESSION = {"threshold_db": -30, "ratio": 4, "knee_db": 6}
EVERYTHING = COMPRESSION | {
    "hold_ms": 20, "adaptive": 1, "rms_pct": 50, "lookahead_ms": 3, "up_ratio": 2, "expand_ratio": 2, "link_pct": 60,
    "makeup_db": 2, "wet_pct": 90,
}  # fmt: skip


def multiband(split: int, settings: dict) -> Multiband:
    work = Multiband(RATE_HZ, BLOCK)
    work.set("split", split)
    for band in range(1, 5):
        for name, value in settings.items():
            work.set(f"b{band}.{name}", value)
    return work


def swap_crossover(work: Multiband, number: int):
    """Move the low-passes as often as the previous crossfade allows: in one of eight blocks."""
    if number % 8 == 0:
        freqs_hz = (120.0, 800.0 + 5 * number, 5000.0)
        work.convolver.load(work.convolver.pack(design_crossover.design(freqs_hz, RATE_HZ, work.taps)))


def limiter() -> Limiter:
    work = Limiter(RATE_HZ, BLOCK)
    work.set(gain_db=6.0, settle=True)
    return work


def saturator() -> Saturator:
    work = Saturator(RATE_HZ, BLOCK)
    work.set(enabled=1, drive_db=6.0, curve="tanh", settle=True)
    return work


def stereo() -> Stereo:
    work = Stereo(RATE_HZ, BLOCK)
    for name, value in {"width_low_pct": 50, "width_high_pct": 130, "mono": 1}.items():
        work.set(name, value)
    return work


def dither(shape: str) -> Dither:
    work = Dither(RATE_HZ, BLOCK)
    work.set(bits="16", shape=shape)
    return work


#: Everything is in circuit and changes the sound.
CHAIN = params.DEFAULTS | {
    "input.trim_db": 1.0, "saturator.enabled": 1.0, "saturator.drive_db": 3.0, "output.dc_filter": 1.0,
    "stereo.width_low_pct": 50.0, "stereo.width_high_pct": 130.0, "stereo.mono": 1.0, "limiter.gain_db": 6.0,
    "dither.bits": 1.0, "dither.shape": 2.0,
} | {
    f"eq.b{n}.{name}": value for n in range(1, 8) for name, value in {"enabled": 1.0, "gain_db": 2.0}.items()
} | {
    f"multiband.b{n}.{name}": value for n in range(1, 5) for name, value in {"threshold_db": -30.0, "ratio": 4.0}.items()
}  # fmt: skip


class Chain:
    """The engine as on the box, with shared memory: it receives settings and publishes meters and spectra."""

    def __init__(self, rate_hz: int, **changed):
        self.values = CHAIN | {name.replace("__", "."): value for name, value in changed.items()}
        self.engine = Engine(rate_hz, 512)
        designer.begin(self.engine, self.values)
        written = {
            "meters": Engine.METERS,
            "events": Engine.EVENTS,
            "spectra": Engine.SPECTRA,
            "scope": Engine.SCOPE,
        }
        rings = {
            name: Ring(bytearray(Ring.bytes_for(64, len(columns))), 64, len(columns))
            for name, columns in written.items()
        }
        self.settings = SeqLock(bytearray(SeqLock.bytes_for(len(Engine.SETTINGS))), len(Engine.SETTINGS))
        self.engine.attach(settings=self.settings, **rings)
        self.process_words = self.engine.process_words


def turn_chain(work: Chain, number: int):
    """Change a setting of each module, and lower the limiter's ceiling in steps, in every block."""
    turned = dict.fromkeys(
        ("input.trim_db", "multiband.b2.threshold_db", "stereo.width_mid_pct", "saturator.drive_db"), number % 2
    )
    turned |= {"multiband.x2_hz": 10 * number, "limiter.ceiling_dbtp": -number % 8}
    values = work.values | {name: work.values[name] + by for name, by in turned.items()}
    work.settings.write(designer.settings_vector(values), number + 1)


def swap_chain(work: Chain, number: int):
    """Set a new kernel for the EQ as often as the previous crossfade allows: in one of eight blocks."""
    if number % 8 == 0:
        designer.apply(work.engine, designer.EQ, work.values | {"eq.b2.gain_db": 3.0 + number % 16})


STEADY = [
    Case("convolution, 8192 taps", convolver, "convolver"),
    *(Case(f"EQ, {mode}, 7 bands", lambda mode=mode: eq(mode)) for mode in ("linear", "minimum")),
    *(
        Case(f"compressor, 4 bands, {name}{more}", lambda split=split, settings=settings: multiband(split, settings))
        for split, name in enumerate(("linear", "LR4", "shelves"))
        for more, settings in (("", COMPRESSION), (", all features", EVERYTHING))
    ),
    # The block is half a partition: the work of a partition must be spread evenly over its two blocks.
    Case("EQ, linear, 7 bands, block 128", lambda: eq("linear"), block=128, sounds=("music",)),
    Case("compressor, 4 bands, linear, block 128", lambda: multiband(0, COMPRESSION), block=128, sounds=("music",)),
    Case("limiter", limiter),
    Case("K-weighting", lambda: KWeighting(RATE_HZ)),
    Case("meter", lambda: Meter(RATE_HZ, BLOCK), blocks=4 * SECOND),
    Case("stereo", stereo),
    Case("saturator", saturator),
    *(Case(f"dither, {shape}", lambda shape=shape: dither(shape)) for shape in ("flat", "strong")),
    Case("chain", lambda: Chain(48000), "words", blocks=2 * SECOND),
    Case("chain, LR4", lambda: Chain(48000, multiband__split=1.0), "words"),
    Case("chain, shelves", lambda: Chain(48000, multiband__split=2.0), "words", sounds=("music",)),
    Case("chain, block 128", lambda: Chain(48000), "words", block=128, blocks=4 * SECOND, sounds=("music",)),
    Case("chain, 96 kHz", lambda: Chain(96000), "words", 96000, blocks=2 * SECOND, sounds=("music",)),
]
#: Cases in which settings change or kernels are swapped, for a few blocks.
MOVING = [
    Case(f"{name}: {what}", make, region, blocks=16, before=32, sounds=("music",), each=each)
    for name, what, make, region, each in (
        ("EQ, linear, 7 bands", "kernels swapped", lambda: eq("linear"), "processor", swap_eq),
        ("EQ, minimum, 7 bands", "sections swapped", lambda: eq("minimum"), "processor", swap_eq),
        (
            "compressor, 4 bands, linear",
            "kernels swapped",
            lambda: multiband(0, COMPRESSION),
            "processor",
            swap_crossover,
        ),
        ("chain", "kernels swapped", lambda: Chain(48000), "words", swap_chain),
        ("chain", "knobs moving", lambda: Chain(48000), "words", turn_chain),
        ("chain, LR4", "knobs moving", lambda: Chain(48000, multiband__split=1.0), "words", turn_chain),
        ("chain, shelves", "knobs moving", lambda: Chain(48000, multiband__split=2.0), "words", turn_chain),
    )
]
CASES = [*STEADY, *MOVING]
