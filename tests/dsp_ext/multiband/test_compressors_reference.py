"""Four lanes with different settings: comparison with a slow float64 reference, frame by frame."""

import numpy as np
import pytest

from dsp_ext.multiband.compressors import Compressors
from dsp_ext.settings import BAND
from firmware.contract import params
from tests.support import dynamics_reference

FRAMES = 9600


def random_lane(rng, features) -> dict[str, float]:
    """A compressor with default values, and random values for `features`, often at the ends of their ranges."""
    lane = BAND.defaults | {"threshold_db": rng.uniform(-50, -10), "ratio": rng.choice([1.5, 4, 20]), "attack_ms": 5}
    for name in features:
        param = params.BY_ID[f"multiband.b1.{name}"]
        value = rng.choice([param.low, param.high, rng.uniform(param.low, param.high)])
        lane[name] = float(value if param.kind == "number" else round(value))
    return lane


def sound(rng) -> np.ndarray:
    """Noise and tones in four lanes, shape (2, FRAMES, 4). Levels jump, the channels differ, and some parts are silent."""
    level = np.repeat(rng.choice([0, 1e-4, 1e-2, 0.1, 0.3], (2, FRAMES // 480, 4)), 480, axis=1)
    return (level * rng.standard_normal((2, FRAMES, 4))).astype(np.float32)


EVERYTHING = tuple(name for name in BAND if name not in ("solo", "mute"))
#: The settings decide which parts are computed: each of these sets uses different code.
FEATURES = {
    "one detector": ("knee_db", "range_db", "release_ms", "makeup_db", "wet_pct", "lookahead_ms"),
    "channels apart": ("link_pct", "lookahead_ms", "knee_db"),
    "upward": ("up_threshold_db", "up_ratio", "up_range_db", "knee_db"),
    "expansion": ("expand_threshold_db", "expand_ratio", "expand_range_db", "attack_ms", "release_ms"),
    "mean square": ("rms_pct", "lookahead_ms", "auto_makeup"),
    "adaptive": ("adaptive", "release_ms"),
    "hold": ("hold_ms", "release_ms", "lookahead_ms"),
    "everything": EVERYTHING,
}


@pytest.mark.parametrize("rate_hz", [44100, 192000])
@pytest.mark.parametrize("name", FEATURES)
def test_sounds_as_the_reference(name, rate_hz, rng, record):
    lanes = [random_lane(rng, FEATURES[name]) for _ in range(4)]
    compressors = Compressors(rate_hz, 4096)
    for lane, settings in enumerate(lanes):
        for what, value in settings.items():
            compressors.set(what, value, lane)
    compressors.changes(np.zeros((2, rate_hz // 5, 4), np.float32))  # until all ramps have ended
    compressors.reset()
    for lane in range(4):
        compressors.take(lane)

    bands = sound(rng)
    wanted, reduction_db = dynamics_reference.changes(bands, lanes, rate_hz)
    got = compressors.changes(bands).astype(float)
    worst = np.abs(20 * np.log10((1 + got) / (1 + wanted))).max()
    if rate_hz == 44100:
        record("Multiband", f"compressor, random settings, features in use: {name}; largest difference from a float64 reference, 44.1 kHz", worst, "dB", target="≤ 0.001 dB",
               digits=5, tolerance=1e-3)  # fmt: skip
    assert worst <= 1e-3
    for lane, settings in enumerate(lanes):
        deepest = -max(0.0, reduction_db[:, :, lane].max()) * (settings["bypass"] == 0)
        assert compressors.take(lane) == pytest.approx(deepest, abs=1e-3)
        assert compressors.take(lane) == 0


def test_bands_of_the_wrong_shape_are_refused():
    compressors = Compressors(48000, 512)
    assert compressors.changes(np.zeros((2, 0, 4), np.float32)).shape == (2, 0, 4)
    for shape in ((1, 64, 4), (2, 64, 3)):
        with pytest.raises(ValueError, match=r"bands must have shape \(2, frames, 4\), not"):
            compressors.changes(np.zeros(shape, np.float32))
