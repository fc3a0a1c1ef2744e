# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# Blocks are cut to the length of the sound.
"""Regions: the marks for `plugin.c` around each block that a processor works on.

Each function passes `sound` (shape (2, frames), float32) through `work` in whole blocks of `block` frames, with or without
marks.
"""

import numpy as np

from dsp_ext.core.denormals cimport denormals_off, denormals_restore
from dsp_ext.convolution.convolver cimport Convolver
from dsp_ext.meters.k_weighting cimport KWeighting
from dsp_ext.core.processor cimport Processor

cdef extern from *:
    """
    #include <unistd.h>
    static void counted_mark(long what) { syscall(what); }
    """
    void mark "counted_mark"(long what) noexcept nogil

cdef enum:
    NONE = 0
    # The same numbers as in plugin.c.
    START = 7001
    STOP
    CASE


ctypedef fused InPlace:
    Processor
    KWeighting


def nothing():
    """Mark an empty region, which shows the cost of a pair of marks."""
    with nogil:
        mark(START)
        mark(STOP)


def end_case():
    """Assign everything that ran in regions since the last call to one case."""
    mark(CASE)


def processor(InPlace work, float[:, ::1] sound not None, Py_ssize_t block, bint marked):
    """Process in place. Meters leave the sound unchanged."""
    cdef Py_ssize_t number, at
    cdef unsigned long long mode
    with nogil:
        mode = denormals_off()
        for number in range(sound.shape[1] // block):
            at = number * block
            if marked:
                mark(START)
            work.run(&sound[0, at], &sound[1, at], block)
            if marked:
                mark(STOP)
        denormals_restore(mode)


def convolver(Convolver work not None, float[:, ::1] sound not None, Py_ssize_t block, bint marked):
    """Compute all kernels."""
    cdef Py_ssize_t number, at
    cdef unsigned long long mode
    cdef float[:, ::1] out = np.empty((2 * work.kernels, block), np.float32)
    with nogil:
        mode = denormals_off()
        for number in range(sound.shape[1] // block):
            at = number * block
            if marked:
                mark(START)
            work.convolve(&sound[0, at], &sound[1, at], &out[0, 0], block, block)
            if marked:
                mark(STOP)
        denormals_restore(mode)


def words(work not None, float[:, ::1] sound not None, Py_ssize_t block, bint marked):
    """Run `Engine.process_words` on 32-bit words, including the cost of its call from Python, as in the box."""
    whole = np.ascontiguousarray((np.asarray(sound).T.astype(float) * 2.0**31).astype(np.int32))
    for at in range(0, sound.shape[1] - block + 1, block):
        part = whole[at:at + block]
        if marked:
            mark(START)
            work.process_words(part)
            mark(STOP)
        else:
            work.process_words(part)
