"""Programs of other projects that read deliveries and encode copies in tests."""

import shutil

import pytest


def needs(*programs: str) -> None:
    """Skip the test, in words, if one of the programs is not installed."""
    for program in programs:
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed: run tools/records_setup.sh")
