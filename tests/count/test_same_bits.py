"""The reference runs on the emulated machine: the same bits as on this machine."""

import pytest

from tests.support import reference_run

from . import machine
from .sysroot import CannotCount

pytestmark = pytest.mark.count


def test_reference_runs_have_the_same_bits_on_both_machines(record):
    try:
        there = machine.output(reference_run.__file__).splitlines()
    except CannotCount as error:
        pytest.skip(str(error))
    here = reference_run.sums()
    assert there == here
    record("Same bits", "number of reference runs whose output differs on an emulated aarch64", 0, target="0", digits=0)
