from .processor cimport Processor

cdef enum:
    METER_FIELDS = 18  # len(FIELDS) of meter.pyx

cdef class Meter(Processor):
    cdef void set_running(self, bint running) noexcept nogil
    cdef void restart(self) noexcept nogil
    cdef void read(self, double *fields) noexcept nogil
