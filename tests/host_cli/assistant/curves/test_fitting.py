"""Bands for a curve."""

import numpy as np

from host_cli.assistant.curves import CURVE_HZ, fit


def test_a_tilt_is_fitted_with_few_bands():
    curve = np.interp(np.log(CURVE_HZ), np.log([100, 1000, 10000]), [-5.0, 0.0, 5.0])
    found = fit(CURVE_HZ, curve, 8)
    assert len(found.bands) <= 3
    assert found.rms_db < 0.3
