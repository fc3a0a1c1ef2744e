"""Crossover kernels are made from the parameters."""

import numpy as np
import pytest

from dsp_ext.multiband.design_crossover import design
from firmware.contract.params import DEFAULTS, find
from firmware.engine.designer import crossover_kernels


@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_the_number_of_kernels_is_one_less_than_the_number_of_bands(count):
    values = DEFAULTS | {"multiband.x1_hz": 3000.0, "multiband.x2_hz": 200.0, "multiband.x3_hz": 9000.0,
                         "multiband.x4_hz": 700.0}  # fmt: skip
    values["multiband.bands"] = find("multiband.bands").parse(str(count))
    kernels = crossover_kernels(values, 48000, 4096)
    assert np.array_equal(kernels, design([3000.0, 200.0, 9000.0, 700.0][: count - 1], 48000, 4096))
