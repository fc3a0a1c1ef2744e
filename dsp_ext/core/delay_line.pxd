# Delays a block by swapping it with a ring.

cdef inline Py_ssize_t exchange(float *ring, Py_ssize_t length, Py_ssize_t at, float *x, Py_ssize_t frames) noexcept nogil:
    """[audio] Delay `x` by `length` >= 1 frames: swap it with the ring, starting at index `at`. Returns the next index."""
    cdef Py_ssize_t part, i
    cdef float *stretch
    cdef float old
    while frames > 0:
        part = frames if frames < length - at else length - at
        stretch = ring + at
        for i in range(part):
            old = stretch[i]
            stretch[i] = x[i]
            x[i] = old
        at += part
        if at == length:
            at = 0
        x += part
        frames -= part
    return at
