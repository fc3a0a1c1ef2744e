"""Fixtures: a damaged song and its reference, in memory and as files."""

import pytest
import soundfile

from tests.support.match_benchmark import RATE_HZ, synthesised


@pytest.fixture(scope="session")
def case():
    """A synthesised song of two halves of 10 s; the first is damaged."""
    return synthesised("techno", "dull and narrow", 10.0)


@pytest.fixture(scope="session")
def files(case, tmp_path_factory):
    """The damaged mix and the reference as files."""
    folder = tmp_path_factory.mktemp("songs")
    for name, samples in (("mix.wav", case.mix), ("reference.wav", case.reference)):
        soundfile.write(folder / name, samples, RATE_HZ, "PCM_24")
    return folder / "mix.wav", folder / "reference.wav"
