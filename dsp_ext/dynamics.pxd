# Passes of the compressor over a chunk. See `dynamics.pyx`.

cdef enum:
    # Values on the glide.
    THRESHOLD = 0
    SLOPE
    KNEE
    RANGE
    UP_THRESHOLD
    UP_SLOPE
    UP_RANGE
    EXPAND_THRESHOLD
    EXPAND_SLOPE
    EXPAND_RANGE
    RMS
    LINK
    HASTE
    MAKEUP
    WET
    PRESENT
    TILT
    VALUES


cdef float loss_at_full_scale(float threshold_db, float slope, float knee_db, float range_db) noexcept nogil
cdef void levels(float *left, float *right, const float *start, const float *span, const float *shape,
        Py_ssize_t frames) noexcept nogil
cdef void curve(const float *level_db, float *down_db, float *open_db, const float *start, const float *span,
        const float *shape, Py_ssize_t frames) noexcept nogil
cdef void hurry(const float *peak, const float *square, float *release, const float *start, const float *span,
        const float *shape, Py_ssize_t frames) noexcept nogil
cdef void changes(float *reduction_db, const float *start, const float *span, const float *shape,
        Py_ssize_t frames) noexcept nogil
