"""The polynomials of the audio path have the coefficients that the script computes."""

import re
from pathlib import Path

import dsp_ext
from dsp_ext.core import fit_math


def test_committed_coefficients_equal_those_of_the_script():
    text = (Path(dsp_ext.__file__).parent / "core" / "math.pxd").read_text()
    for letter, fitted in (("L", fit_math.log2_coefficients()), ("E", fit_math.exp2_coefficients())):
        for k, value in enumerate(fitted):
            written = float(re.search(rf"#define BURNISH_{letter}{k} (\S+)f", text)[1])
            assert abs(written - value) < 1e-6 * abs(value), f"{letter}{k}"
