"""Random settings of the table, changed at random times: the sound stays finite and does not depend on the blocks."""

import numpy as np
import pytest

from dsp_ext.multiband.multiband import Multiband
from dsp_ext.output.stereo import Stereo
from firmware.contract import params

RATE_HZ = 48000
FRAMES = 48000


def random_changes(rng, prefix: str, count: int) -> list[tuple[int, str, float]]:
    """`count` settings as (frame, name without `prefix`, value), in order of time. Switches and ends of ranges are
    frequent."""
    table = [p for p in params.TABLE if p.id.startswith(prefix) and p.target != params.DESIGN]
    changes = []
    for at in np.sort(rng.integers(0, FRAMES, count)):
        param = table[rng.integers(len(table))]
        value = rng.choice([param.low, param.high, rng.uniform(param.low, param.high)])
        changes.append(
            (int(at), param.id.removeprefix(prefix), float(value if param.kind == "number" else round(value)))
        )
    return changes


def sound(rng) -> np.ndarray:
    """Noise whose level jumps between silence and full scale."""
    level = np.repeat(rng.choice([0, 1e-4, 0.05, 0.3], FRAMES // 480), 480)
    return np.clip(level * rng.standard_normal((2, FRAMES)), -1, 1).astype(np.float32)


def run(processor, x: np.ndarray, changes, lengths) -> np.ndarray:
    y, at, turn = x.copy(), 0, 0
    pending = list(changes)
    while at < FRAMES:
        while pending and pending[0][0] <= at:
            processor.set(*pending.pop(0)[1:])
        end = min(at + lengths[turn % len(lengths)], pending[0][0] if pending else FRAMES)
        part = y[:, at:end].copy()
        processor.process(part)
        y[:, at:end] = part
        at, turn = end, turn + 1
    return y


@pytest.mark.parametrize("seed", range(6))
# With 150 changes, values move all the time; with 15, they are constant between changes.
@pytest.mark.parametrize("count", [150, 15])
@pytest.mark.parametrize(("make", "prefix", "loudest"), [(Multiband, "multiband.", 4000), (Stereo, "stereo.", 4)])
def test_any_settings_at_any_time(make, prefix, loudest, count, seed, rng):
    rng = np.random.default_rng([seed, count, int(rng.integers(2**31))])
    x, changes = sound(rng), random_changes(rng, prefix, count)
    whole = run(make(RATE_HZ, 4096), x, changes, [4096])
    assert np.all(np.isfinite(whole))
    assert np.abs(whole).max() < loudest  # 36 dB up, 30 dB of make-up, and half the range of the automatic make-up
    assert np.array_equal(run(make(RATE_HZ, 4096), x, changes, [64, 1, 333, 128]), whole)
