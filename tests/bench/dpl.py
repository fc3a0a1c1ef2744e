"""x42 dpl in true-peak mode, the peer of the limiter, through ctypes. Debian: `x42-plugins`. Used by the benches only.

Just enough of an LV2 host: one plugin, its required feature (urid:map), control ports as floats, two empty event ports.
"""

import ctypes
import os
from pathlib import Path

import numpy as np

_URI = b"http://gareus.org/oss/lv2/dpl#stereo"
_MAP_URI = b"http://lv2plug.in/ns/ext/urid#map"
_EVENT_BYTES = 8192
# Ports by number: 0, 1 events in and out; controls; audio.
_ENABLE, _GAIN, _THRESHOLD, _RELEASE, _TRUE_PEAK, _LEVEL, _LATENCY = range(2, 9)
_IN_L, _OUT_L, _IN_R, _OUT_R = range(9, 13)

_MAP = ctypes.CFUNCTYPE(ctypes.c_uint32, ctypes.c_void_p, ctypes.c_char_p)


class _Map(ctypes.Structure):
    _fields_ = [("handle", ctypes.c_void_p), ("map", _MAP)]


class _Feature(ctypes.Structure):
    _fields_ = [("uri", ctypes.c_char_p), ("data", ctypes.c_void_p)]


class _Descriptor(ctypes.Structure):
    _fields_ = [
        ("uri", ctypes.c_char_p),
        ("instantiate", ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_double, ctypes.c_char_p,
                                         ctypes.POINTER(ctypes.POINTER(_Feature)))),
        ("connect_port", ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_void_p)),
        ("activate", ctypes.CFUNCTYPE(None, ctypes.c_void_p)),
        ("run", ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint32)),
    ]  # fmt: skip


def load():
    """The plugin's descriptor, or None where it is not installed (LV2_PATH is looked at first)."""
    for folder in (*os.environ.get("LV2_PATH", "").split(":"), "/usr/lib/lv2", "/usr/local/lib/lv2"):
        path = Path(folder) / "dpl.lv2" / "dpl.so"
        if folder and path.exists():
            library = ctypes.CDLL(str(path))
            library.lv2_descriptor.restype = ctypes.POINTER(_Descriptor)
            library.lv2_descriptor.argtypes = [ctypes.c_uint32]
            index = 0
            while (found := library.lv2_descriptor(index)) and found.contents.uri != _URI:
                index += 1
            return found.contents if found else None
    return None


class Dpl:
    """An instance; `process` works on (2, frames) float32 in place, at most 8192 frames."""

    def __init__(self, descriptor, rate_hz: int, gain_db: float, ceiling_db: float):
        self._descriptor = descriptor
        self._known = {}
        self._function = _MAP(lambda _, uri: self._known.setdefault(uri, len(self._known) + 1))
        self._map = _Map(None, self._function)
        self._feature = _Feature(_MAP_URI, ctypes.cast(ctypes.pointer(self._map), ctypes.c_void_p))
        self._features = (ctypes.POINTER(_Feature) * 2)(ctypes.pointer(self._feature), None)
        self._handle = descriptor.instantiate(ctypes.addressof(descriptor), float(rate_hz), b"", self._features)
        if not self._handle:
            raise RuntimeError("dpl cannot be instantiated")
        self._events = np.zeros((2, _EVENT_BYTES // 4), np.uint32)
        self._controls = np.zeros(9, np.float32)
        self._controls[[_ENABLE, _GAIN, _THRESHOLD, _RELEASE, _TRUE_PEAK]] = 1, gain_db, ceiling_db, 0.1, 1
        for port in range(2):
            descriptor.connect_port(self._handle, port, self._events[port].ctypes.data)
        for port in range(2, 9):
            descriptor.connect_port(self._handle, port, self._controls[port:].ctypes.data)
        if descriptor.activate:  # optional in LV2
            descriptor.activate(self._handle)
        self._sequence = self._function(None, b"http://lv2plug.in/ns/ext/atom#Sequence")

    @property
    def latency(self) -> int:
        return int(self._controls[_LATENCY])

    def process(self, block: np.ndarray) -> None:
        self._events[0, :2] = 8, self._sequence
        self._events[1, :2] = _EVENT_BYTES - 8, 0
        left, right = block[0].ctypes.data, block[1].ctypes.data
        for port, address in ((_IN_L, left), (_OUT_L, left), (_IN_R, right), (_OUT_R, right)):
            self._descriptor.connect_port(self._handle, port, address)
        self._descriptor.run(self._handle, block.shape[1])
