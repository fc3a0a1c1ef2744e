"""The ring that carries rows from one process to another, while both use it."""

import re

import numpy as np
import pytest

from dsp_ext import Ring
from tests.support.paths import ROOT

ROWS, COLUMNS = 8, 3


@pytest.mark.parametrize("written", [1, ROWS - 1, ROWS, ROWS + 1, 5 * ROWS + 3])
def test_a_row_that_is_being_written_is_never_read(written):
    """The writer has filled a part of the next row, which is the oldest one, and has not published it."""
    memory = bytearray(Ring.bytes_for(ROWS, COLUMNS))
    ring = Ring(memory, ROWS, COLUMNS)
    for number in range(written):
        ring.append(np.full(COLUMNS, number, float))
    rows = np.frombuffer(memory, np.float64, offset=8).reshape(ROWS, COLUMNS)
    rows[written % ROWS, 0] = np.nan
    found, place = ring.since(0)
    assert place == written and not np.isnan(found).any()
    oldest = max(0, written - ROWS + 1)
    assert np.array_equal(found[:, 0], np.arange(oldest, written))


def test_a_fence_keeps_the_next_row_behind_the_new_count():
    """On aarch64 a release store does not order later writes, so `commit` ends with a full fence. No test on one machine can show
    the order of writes, hence this reads the C code that Cython has made."""
    made = ROOT / "dsp_ext" / "core" / "shared_memory.c"
    if not made.exists():
        pytest.skip("dsp_ext/core/shared_memory.c was not kept by the build")
    text = made.read_text()
    body = re.search(r"^static void \S*Ring_commit\([^)]*\) \{\n.*?^\}", text, re.M | re.S)
    calls = re.findall(r"\b(burnish_\w+)\(", body[0])
    assert calls[-2:] == ["burnish_store", "burnish_fence"]
