# Wait-free data exchange between two processes (or threads) over one block of memory. See `shared_memory.pyx`.

from libc.stdint cimport int64_t

cdef class Cells:
    cdef int64_t[::1] _cells
    cdef int64_t get(self, Py_ssize_t index) noexcept nogil
    cdef void set(self, Py_ssize_t index, int64_t value) noexcept nogil
    cdef void add(self, Py_ssize_t index, int64_t value) noexcept nogil

cdef class SeqLock:
    cdef int64_t[::1] _head
    cdef double[::1] _values
    cdef readonly Py_ssize_t count
    cdef int64_t read_newer(self, int64_t than, double *out) noexcept nogil

cdef class Ring:
    cdef int64_t[::1] _head
    cdef double[:, ::1] _rows
    cdef readonly Py_ssize_t rows, columns
    cdef double *next_row(self) noexcept nogil
    cdef void commit(self) noexcept nogil
