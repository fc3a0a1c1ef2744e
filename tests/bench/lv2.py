"""LV2 plugins, run by `lv2host.c`: those that are compared with Burnish, with their settings. Used by the benches only.

Debian: `liblilv-dev` for the host; `lsp-plugins-lv2`, `calf-plugins`, `x42-plugins` for the plugins.
"""

import ctypes

import numpy as np
import pytest

from .compiled import library

RATE_HZ = 48000
_LSP, _CALF, _X42 = (
    "http://lsp-plug.in/plugins/lv2/",
    "http://calf.sourceforge.net/plugins/",
    "http://gareus.org/oss/lv2/",
)


class Plugin:
    """A stereo plugin at 48 kHz in blocks of `block` frames. `controls`: values by the symbols of the controls.

    Skips the test if `package` or lilv is not installed. Raises KeyError for a control that the plugin does not have.
    """

    def __init__(self, package: str, uri: str, block: int, **controls: float):
        self._host = _host()
        self._block = block
        self._handle = self._host.host_open(uri.encode(), RATE_HZ, block)
        if not self._handle:
            pytest.skip(f"{package} is not installed")
        for symbol, value in controls.items():
            if not self._host.host_set(self._handle, symbol.encode(), value):
                raise KeyError(symbol)

    def __getitem__(self, symbol: str) -> float:
        """The value of a control. For an output control, the value that the plugin wrote last. NaN if there is no such
        control."""
        return self._host.host_get(self._handle, symbol.encode())

    def process(self, sound: np.ndarray, out: np.ndarray, block_ns: np.ndarray | None = None) -> None:
        """Process `sound` (shape (2, frames), float32) to `out` of the same shape, in whole blocks only: the rest of `out`
        does not change. `block_ns` (int64, one per block) receives the CPU time of each block."""
        if not (sound.shape == out.shape and sound.flags.c_contiguous and out.flags.c_contiguous):
            raise ValueError("sound and out must have the same shape and be contiguous")
        times = None if block_ns is None else block_ns.ctypes.data
        self._host.host_run(self._handle, sound.ctypes.data, out.ctypes.data, sound.shape[1], times)

    def __del__(self):
        if getattr(self, "_handle", None):
            self._host.host_close(self._handle)


def _host() -> ctypes.CDLL:
    host = library("lv2host.c", package="lilv-0")
    if host is None:
        pytest.skip("liblilv-dev or a C compiler is not installed")
    host.host_open.restype = ctypes.c_void_p
    host.host_open.argtypes = [ctypes.c_char_p, ctypes.c_double, ctypes.c_int]
    host.host_set.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_float]
    host.host_get.restype = ctypes.c_float
    host.host_get.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    host.host_run.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_void_p]
    host.host_close.argtypes = [ctypes.c_void_p]
    return host


def gain(db: float) -> float:
    return 10 ** (db / 20)


def lsp_eq(block: int) -> Plugin:
    """LSP Parametric EQ x16, linear phase by FFT, seven filters. Its kernel has 4096 taps, its latency is 6144 frames."""
    bells = {f"{what}_{n}": value for n in range(2, 6)
             for what, value in {"ft": 1, "f": 150.0 * 3 ** (n - 2), "g": gain(2), "q": 1}.items()}  # fmt: skip
    cut = {"ft_0": 2, "f_0": 30, "s_0": 1}
    shelves = {"ft_1": 5, "f_1": 100, "g_1": gain(2), "ft_6": 3, "f_6": 9000, "g_6": gain(1)}
    return Plugin("lsp-plugins-lv2", _LSP + "para_equalizer_x16_stereo", block, mode=2, **cut, **shelves, **bells)


def lsp_multiband(block: int, threshold_db: float, ratio: float) -> Plugin:
    """LSP Multiband Compressor, classic, with four active bands: with its initial splits these are bands 0, 2, 4 and 6."""
    settings = {"al": gain(threshold_db), "cr": ratio, "at": 15, "rt": 120}
    bands = {f"{what}_{band}": value for band in (0, 2, 4, 6) for what, value in settings.items()}
    return Plugin("lsp-plugins-lv2", _LSP + "mb_compressor_stereo", block, mode=0, **bands)


def calf_multiband(block: int, threshold_db: float, ratio: float) -> Plugin:
    """Calf Multiband Compressor, LR4, with four active bands, which are bypassed initially."""
    settings = {"bypass": 0, "threshold": gain(threshold_db), "ratio": ratio, "attack": 15, "release": 120}
    bands = {f"{what}{band}": value for band in range(4) for what, value in settings.items()}
    return Plugin("calf-plugins", _CALF + "MultibandCompressor", block, mode=0, **bands)


def lsp_limiter(block: int, gain_db: float, ceiling_db: float) -> Plugin:
    """LSP Limiter, with the signal itself oversampled four times ("full")."""
    return Plugin("lsp-plugins-lv2", _LSP + "limiter_stereo", block, g_in=gain(gain_db), th=gain(ceiling_db), ovs=15)


def dpl(block: int, gain_db: float, ceiling_db: float) -> Plugin:
    """x42 dpl in true-peak mode."""
    return Plugin(
        "x42-plugins", _X42 + "dpl#stereo", block, gain=gain_db, threshold=ceiling_db, release=0.1, truepeak=1
    )
