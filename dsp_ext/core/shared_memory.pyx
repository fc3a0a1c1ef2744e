# cython: boundscheck=False, wraparound=False
# Indices from Python are checked in the Python methods. Internal indices are taken modulo the length.
"""Cells, SeqLock, Ring: wait-free data exchange between the audio thread and all others.

Each object uses memory that is given to it (a slice of a shared-memory block, or a plain bytearray). It has one writer and
any number of readers, and the audio thread never waits: if a read collides with a write, the reader keeps its previous
values. The order of memory accesses is ensured by the compiler's __atomic built-ins (acquire and release), which are real
barriers on aarch64.
"""

import numpy as np

from libc.stdint cimport int64_t

cdef extern from *:
    """
    #if defined(_MSC_VER) && !defined(__clang__)
      #include <intrin.h>
      /* x86-64 only: plain aligned 64-bit moves are atomic and ordered; the barrier stops the compiler. */
      static inline int64_t burnish_load(const int64_t *p) { int64_t v = *(volatile const int64_t *)p;
          _ReadWriteBarrier(); return v; }
      static inline void burnish_store(int64_t *p, int64_t v) { _ReadWriteBarrier(); *(volatile int64_t *)p = v; }
      static inline void burnish_fence(void) { _ReadWriteBarrier(); }
    #else
      static inline int64_t burnish_load(const int64_t *p) { return __atomic_load_n(p, __ATOMIC_ACQUIRE); }
      static inline void burnish_store(int64_t *p, int64_t v) { __atomic_store_n(p, v, __ATOMIC_RELEASE); }
      static inline void burnish_fence(void) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
    #endif
    """
    int64_t load "burnish_load"(const int64_t *p) noexcept nogil
    void store "burnish_store"(int64_t *p, int64_t v) noexcept nogil
    void fence "burnish_fence"() noexcept nogil


cdef class Cells:
    """Independent 64-bit integers of 8 bytes. Each one has one writer."""

    def __init__(self, memory, Py_ssize_t count):
        self._cells = np.frombuffer(memory, np.int64, count)

    @staticmethod
    def bytes_for(Py_ssize_t count):
        return 8 * count

    cdef int64_t get(self, Py_ssize_t index) noexcept nogil:
        return load(&self._cells[index])

    cdef void set(self, Py_ssize_t index, int64_t value) noexcept nogil:
        store(&self._cells[index], value)

    cdef void add(self, Py_ssize_t index, int64_t value) noexcept nogil:
        store(&self._cells[index], self._cells[index] + value)

    def __len__(self):
        return self._cells.shape[0]

    def __getitem__(self, Py_ssize_t index):
        if not 0 <= index < self._cells.shape[0]:
            raise IndexError(index)
        return self.get(index)

    def __setitem__(self, Py_ssize_t index, int64_t value):
        if not 0 <= index < self._cells.shape[0]:
            raise IndexError(index)
        self.set(index, value)


cdef class SeqLock:
    """A vector of float64 with a version number. Readers get either all values of a version or none.

    Layout: sequence, version (int64 each), then the values. The sequence is odd during a write.
    """

    def __init__(self, memory, Py_ssize_t count):
        self.count = count
        self._head = np.frombuffer(memory, np.int64, 2)
        self._values = np.frombuffer(memory, np.float64, count, 16)

    @staticmethod
    def bytes_for(Py_ssize_t count):
        return 16 + 8 * count

    @property
    def version(self):
        """The version that was written last; 0 before the first write. [any]"""
        return load(&self._head[1])

    def write(self, const double[::1] values not None, int64_t version):
        """[control] Publish `values` (shape (count,)) as `version`, which must increase. There must be one writer only."""
        cdef Py_ssize_t i
        if values.shape[0] != self.count:
            raise ValueError(f"expected {self.count} values, not {values.shape[0]}")
        cdef int64_t sequence = self._head[0] | 1  # odd already if the previous writer died during a write
        store(&self._head[0], sequence)
        fence()
        for i in range(self.count):
            self._values[i] = values[i]
        store(&self._head[1], version)
        store(&self._head[0], sequence + 1)

    def read(self):
        """[control] The current (version, values), for tests and for a writer after a restart."""
        out = np.empty(self.count)
        cdef double[::1] view = out
        cdef int64_t version = 0
        for _ in range(1000):
            version = self.read_newer(-1, &view[0])
            if version >= 0:
                return version, out
        raise RuntimeError("the writer of the settings died during a write; write them again")

    cdef int64_t read_newer(self, int64_t than, double *out) noexcept nogil:
        """[audio] Copy the values to `out` if their version is above `than` and they are complete. Otherwise return -1.

        `out` must be scratch memory: it may be partly overwritten even if the result is -1.
        """
        cdef int64_t before = load(&self._head[0]), version
        cdef Py_ssize_t i
        if before & 1:
            return -1
        version = load(&self._head[1])
        if version <= than:
            return -1
        for i in range(self.count):
            out[i] = self._values[i]
        fence()
        if load(&self._head[0]) != before:
            return -1
        return version


cdef class Ring:
    """The last `rows` rows of float64. Each reader keeps its own position, so readers do not disturb each other.

    Layout: the count of all rows written so far (int64), then the rows.
    """

    def __init__(self, memory, Py_ssize_t rows, Py_ssize_t columns):
        self.rows = rows
        self.columns = columns
        self._head = np.frombuffer(memory, np.int64, 1)
        self._rows = np.frombuffer(memory, np.float64, rows * columns, 8).reshape(rows, columns)

    @staticmethod
    def bytes_for(Py_ssize_t rows, Py_ssize_t columns):
        return 8 + 8 * rows * columns

    cdef double *next_row(self) noexcept nogil:
        """[audio] The row to fill before `commit`."""
        return &self._rows[self._head[0] % self.rows, 0]

    cdef void commit(self) noexcept nogil:
        """[audio] Publish the row that `next_row` returned.

        The fence is needed because a release store orders only earlier writes. Without it, writes to the next row could become
        visible before the new count, and a reader would take the oldest row for complete although it is being overwritten.
        """
        store(&self._head[0], self._head[0] + 1)
        fence()

    def append(self, const double[::1] row not None):
        """[control] Write and publish one row (shape (columns,)), for rings whose writer is not the audio thread."""
        if row.shape[0] != self.columns:
            raise ValueError(f"a row has {self.columns} values, not {row.shape[0]}")
        self._rows[self._head[0] % self.rows, :] = row
        self.commit()

    @property
    def written(self):
        """The count of all rows written so far. [any]"""
        return load(&self._head[0])

    def since(self, int64_t place):
        """[control] (rows written since `place`, new place): shape (n, columns). Rows that were overwritten are omitted."""
        cdef int64_t head = load(&self._head[0])
        cdef int64_t first, oldest
        # Keep a margin of one row: the writer may be writing the oldest row now.
        first = max(place, head - self.rows + 1, 0)
        order = np.arange(first, head) % self.rows
        copied = np.asarray(self._rows)[order]
        fence()
        oldest = load(&self._head[0]) - self.rows + 1
        if oldest > first:
            copied = copied[oldest - first:]
        return copied, head
