"""zita-convolver with one partition per block. The benches compare the convolver with it. Debian:
`libzita-convolver-dev`."""

import ctypes

import numpy as np
import pytest

from .compiled import library


class Zita:
    """`kernel` (shape (taps,), float32) for both channels, in blocks of `block` frames, a power of two of at least 64. It
    has no latency: the output for a block is available in the same call. Skips the test if zita-convolver is not
    installed."""

    def __init__(self, kernel: np.ndarray, block: int):
        self._library, self._block = _load(), block
        kernel = np.ascontiguousarray(kernel, np.float32)
        self._handle = self._library.zita_open(kernel.ctypes.data, kernel.size, block)
        if not self._handle:
            raise RuntimeError(f"zita-convolver refuses {kernel.size} taps in blocks of {block}")

    def process(self, sound: np.ndarray, out: np.ndarray) -> None:
        """Convolve `sound` (shape (2, frames), float32, whole blocks) to `out` of the same shape."""
        self._library.zita_run(self._handle, sound.ctypes.data, out.ctypes.data, sound.shape[1], self._block)

    def __del__(self):
        if getattr(self, "_handle", None):
            self._library.zita_close(self._handle)


def _load() -> ctypes.CDLL:
    found = library("zita.cpp", libraries=("zita-convolver", "fftw3f"))
    if found is None:
        pytest.skip("libzita-convolver-dev or a C++ compiler is not installed")
    found.zita_open.restype = ctypes.c_void_p
    found.zita_open.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int]
    found.zita_run.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int]
    found.zita_close.argtypes = [ctypes.c_void_p]
    return found
