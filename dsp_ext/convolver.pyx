"""Placeholder: interface only, until the convolver lands."""
import numpy as np

cdef class Convolver:
    def __init__(self, rate_hz, Py_ssize_t partition, Py_ssize_t partitions, Py_ssize_t kernels=1):
        self.partition = partition
        self.partitions = partitions
        self.kernels = kernels
        self.bank_floats = 4 + kernels * partitions * partition * 4
        self._banks = np.zeros((2, self.bank_floats), np.float32)
        self.bank = 0

    cdef void clear(self) noexcept nogil:
        pass

    @property
    def banks(self):
        return np.asarray(self._banks)

    def attach(self, float[:, ::1] banks not None):
        self._banks = banks

    def pack(self, kernels):
        return np.zeros(self.bank_floats, np.float32)

    def use(self, int bank):
        self.use_bank(bank)

    def jump(self, int bank):
        self.jump_bank(bank)

    @property
    def fading(self):
        return self.is_fading()

    def load(self, packed, jump=False):
        """[control] Write `packed` into the bank that is not in use and begin to use it (`jump`: without a fade)."""
        if self.fading:
            raise RuntimeError("the last kernel is still fading in: wait until `fading` is False")
        cdef int idle = 1 - self.bank
        np.asarray(self._banks)[idle] = packed
        if jump:
            self.jump_bank(idle)
        else:
            self.use_bank(idle)

    cdef void use_bank(self, int bank) noexcept nogil:
        self.bank = bank

    cdef void jump_bank(self, int bank) noexcept nogil:
        self.bank = bank

    cdef bint is_fading(self) noexcept nogil:
        return False

    cdef void convolve(self, const float *left, const float *right, float *out, Py_ssize_t stride,
                       Py_ssize_t frames) noexcept nogil:
        pass
