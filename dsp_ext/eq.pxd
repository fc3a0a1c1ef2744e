from .convolver cimport Convolver
from .processor cimport Processor

cdef class Eq(Processor):
    cdef readonly Convolver convolver
    cdef readonly Py_ssize_t taps, resolution
    cdef float[:, ::1] _out
