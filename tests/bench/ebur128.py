"""libebur128, which is compared with the meters, through ctypes. Debian: `libebur128-1`. Used by the benches only."""

import ctypes
import ctypes.util

import numpy as np

_MODE_M, _MODE_S, _MODE_I, _MODE_LRA, _MODE_TRUE_PEAK, _MODE_HISTOGRAM = 1, 3, 5, 11, 0x31, 0x40
_MODE = _MODE_M | _MODE_S | _MODE_I | _MODE_LRA | _MODE_TRUE_PEAK | _MODE_HISTOGRAM


def load() -> ctypes.CDLL | None:
    """The library, or None if it is not installed."""
    name = ctypes.util.find_library("ebur128")
    if name is None:
        return None
    library = ctypes.CDLL(name)
    library.ebur128_init.restype = ctypes.c_void_p
    library.ebur128_init.argtypes = [ctypes.c_uint, ctypes.c_ulong, ctypes.c_int]
    library.ebur128_add_frames_float.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]
    library.ebur128_destroy.argtypes = [ctypes.POINTER(ctypes.c_void_p)]
    for what in ("momentary", "shortterm", "global", "range"):
        function = getattr(library, f"ebur128_loudness_{what}")
        function.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_double)]
    library.ebur128_true_peak.argtypes = [ctypes.c_void_p, ctypes.c_uint, ctypes.POINTER(ctypes.c_double)]
    return library


def meter(library: ctypes.CDLL, interleaved: np.ndarray, rate_hz: int, block: int) -> dict[str, float]:
    """Measure float32 of shape (frames, 2) in histogram mode. All figures are read after each block; the last ones are
    returned."""
    state = ctypes.c_void_p(library.ebur128_init(2, rate_hz, _MODE))
    value = ctypes.c_double()
    figures = {}
    for at in range(0, len(interleaved) - block + 1, block):
        library.ebur128_add_frames_float(state, interleaved.ctypes.data + at * 8, block)
        for what in ("momentary", "shortterm", "global", "range"):
            getattr(library, f"ebur128_loudness_{what}")(state, ctypes.byref(value))
            figures[what] = value.value
        for channel in range(2):
            library.ebur128_true_peak(state, channel, ctypes.byref(value))
            figures[f"true_peak_{channel}"] = value.value
    library.ebur128_destroy(ctypes.byref(state))
    return figures
