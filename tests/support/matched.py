"""Runs the assistant on samples, as the commands do on files."""

import numpy as np

from host_cli.assistant import Plan, Recording, finished, match
from tests.support.match_benchmark import RATE_HZ, Case


def recording(samples: np.ndarray, name: str = "mix.wav", rate_hz: int = RATE_HZ) -> Recording:
    """A recording of `samples`, shape (frames, 2)."""
    return Recording(name, np.ascontiguousarray(samples.T, np.float32), rate_hz)


def levelled(samples: np.ndarray, case: Case) -> np.ndarray:
    """`samples` at the loudness of the reference and under the ceiling, by the limiter of Burnish alone."""
    mix = recording(samples)
    _, blocks = finished(match(mix, [recording(case.reference)], parts=("loudness",)), mix)
    return np.concatenate(blocks, axis=1).T.astype(np.float64)


def matched(case: Case, **options) -> tuple[Plan, np.ndarray]:
    """The plan for a case of the benchmark, and the rendered output, shape (frames, 2)."""
    mix = recording(case.mix)
    plan, blocks = finished(match(mix, [recording(case.reference, "reference.wav")], **options), mix)
    return plan, np.concatenate(blocks, axis=1).T.astype(np.float64)
