"""Placeholder: interface only, until the meters land."""

#: What `read` gives, in order, with how several 10 ms frames merge into one.
FIELDS = (
    ("peak_l_dbfs", "max"),
    ("peak_r_dbfs", "max"),
    ("tp_l_dbtp", "max"),
    ("tp_r_dbtp", "max"),
    ("rms_l_dbfs", "last"),
    ("rms_r_dbfs", "last"),
    ("momentary_lufs", "last"),
    ("short_lufs", "last"),
    ("integrated_lufs", "last"),
    ("lra_lu", "last"),
    ("max_momentary_lufs", "last"),
    ("max_short_lufs", "last"),
    ("max_tp_dbtp", "last"),
    ("correlation", "last"),
    ("balance_db", "last"),
    ("dc_l", "last"),
    ("dc_r", "last"),
    ("clips", "last"),
)

#: What a meter shows of silence, in dB.
FLOOR_DB = -150.0

cdef class Meter(Processor):
    cdef void set_running(self, bint running) noexcept nogil:
        pass
    cdef void restart(self) noexcept nogil:
        pass
    cdef void read(self, double *fields) noexcept nogil:
        cdef Py_ssize_t i
        for i in range(METER_FIELDS):
            fields[i] = -150.0
