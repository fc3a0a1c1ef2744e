"""The Cython extension modules: the one thing pyproject.toml cannot say."""

import sys

from Cython.Build import cythonize
from setuptools import Extension, setup

# Named one by one: a glob that finds nothing would build a wheel without any DSP, and succeed.
KERNELS = [
    "processor",
    "ramp",
    "delay",
    "fft",
    "convolver",
    "section_chain",
    "eq",
    "glide",
    "dynamics",
    "compressor",
    "lr4",
    "multiband",
    "stereo",
    "true_peak",
    "envelopes",
    "gain_path",
    "linked_gain",
    "switched_gain",
    "limiter_pass",
    "limiter",
    "dither",
    "dc_filter",
    "saturator",
    "k_weighting",
    "gate_histogram",
    "loudness",
    "levels",
    "meter",
    "halfband",
    "spectrum",
    "shared",
    "engine",
]

# -O3: distributions build Python with -O2, which leaves the loops scalar (2 to 4 times the instructions).
# -ffp-contract=off: a laptop's render and a Pi's output must be the same bits, so no fused multiply-add.
# -fno-math-errno: lets sqrt become one instruction; changes no result.
# -g0: a fifth of the size.
GCC_LIKE = ["-O3", "-ffp-contract=off", "-fno-math-errno", "-g0", "-Wno-unused-function"]
FLAGS = ["/O2", "/fp:precise"] if sys.platform == "win32" else GCC_LIKE

setup(
    ext_modules=cythonize(
        [Extension(f"dsp_ext.{name}", [f"dsp_ext/{name}.pyx"], extra_compile_args=FLAGS) for name in KERNELS],
        compiler_directives={"language_level": 3, "embedsignature": True},
        annotate=False,
    )
)
