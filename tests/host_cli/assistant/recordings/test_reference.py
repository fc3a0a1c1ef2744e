"""The reference that the monitor and the page draw: its unit is that of the live spectra."""

import numpy as np
import pytest

from host_cli.assistant.recordings import reference_of
from host_cli.errors import CliFail
from host_cli.render import analysis
from tests.host_cli.assistant.test_neutral import RATE_HZ, noise
from tests.support.matched import recording


def test_its_levels_are_those_of_the_spectra_of_the_box():
    """White noise, whose power in a sixth of an octave is half of that in a third."""
    samples = noise(9, 0.0, 0.5)
    found = reference_of(recording(samples, "song.wav"))
    hz = np.array(found.hz)
    expected = analysis.spectrum_db(np.ascontiguousarray(samples.T, np.float32), RATE_HZ, hz, 1 / 6)
    inside = hz > 300  # below, few bins make the levels of noise uncertain
    assert np.abs(np.array(found.db) - expected)[inside].max() < 0.5
    assert found.name == "song.wav" and hz[-1] < 0.45 * RATE_HZ
    assert found.lufs == pytest.approx(recording(samples).lufs, abs=0.06)


def test_quiet_passages_do_not_count():
    loud = noise(9, 0.5, 0.5)
    both = np.concatenate([loud, 0.01 * loud])
    first, second = (reference_of(recording(samples)) for samples in (loud, both))
    assert np.abs(np.array(first.db) - second.db).max() < 0.8


def test_silence_is_refused():
    with pytest.raises(CliFail, match="give a reference whose loudness can be measured"):
        reference_of(recording(np.zeros((RATE_HZ, 2)), "silent.wav"))
