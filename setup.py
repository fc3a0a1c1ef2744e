"""The Cython extension modules: the one thing pyproject.toml cannot say."""

import os
import sys

from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build import build
from setuptools.command.build_ext import build_ext

# Named one by one: a glob that finds nothing would build a wheel without any DSP, and succeed.
MODULES = {
    "dsp_ext.core": "processor ramp delay ramp_bank shared_memory",
    "dsp_ext.convolution": "fft convolver",
    "dsp_ext.meters": "true_peak k_weighting gate_histogram loudness levels meter halfband spectrum scope",
    "dsp_ext.eq": "dynamic_band svf svf_cascade eq",
    "dsp_ext.multiband": "gain_curve ballistics settings compressors lr4 shelves multiband static_curve",
    "dsp_ext.output": "stereo dither dc_filter saturator",
    "dsp_ext.limiter": (
        "delay_lines groups sliding_max box_smoother envelopes dips slow_dips lasting reduction switched_reduction "
        "steadiness stage steady_stage peak_stage guard_stage limiter"
    ),
    "dsp_ext": "port engine",
}

# -O3: distributions build Python with -O2, which leaves the loops scalar (2 to 4 times the instructions).
# -ffp-contract=off: a laptop's render and a Pi's output must be the same bits, so no fused multiply-add.
# -fno-math-errno: lets sqrt become one instruction; changes no result.
# -g0: a fifth of the size.
GCC_LIKE = ["-O3", "-ffp-contract=off", "-fno-math-errno", "-g0", "-Wno-unused-function"]
FLAGS = ["/O2", "/fp:precise"] if sys.platform == "win32" else GCC_LIKE

#: Memory of one compiler, in bytes, generously.
COMPILER = 400_000_000


def compilers() -> int:
    """How many run at a time: one a core, as far as the memory goes, or a small Pi would swap."""
    cores = os.cpu_count() or 1
    if not hasattr(os, "sysconf"):  # Windows
        return cores
    return max(1, min(cores, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // COMPILER))


class BuildExt(build_ext):
    """In parallel; and what an editable install compiles stays in build/, where `build_ext --inplace` finds it done."""

    def finalize_options(self):
        if self.editable_mode:
            usual = build(self.distribution)
            usual.ensure_finalized()
            self.build_lib, self.build_temp = usual.build_lib, usual.build_temp
        super().finalize_options()
        self.parallel = self.parallel or compilers()


def modules() -> list[Extension]:
    """The extension modules, translated to C."""
    extensions = [
        Extension(f"{package}.{name}", [f"{package.replace('.', '/')}/{name}.pyx"], extra_compile_args=FLAGS)
        for package, names in MODULES.items()
        for name in names.split()
    ]
    directives = {"language_level": 3, "embedsignature": True}
    return cythonize(extensions, compiler_directives=directives, annotate=False, nthreads=compilers())


# Cython's processes may import this file again.
if __name__ == "__main__":
    setup(cmdclass={"build_ext": BuildExt}, ext_modules=modules())
