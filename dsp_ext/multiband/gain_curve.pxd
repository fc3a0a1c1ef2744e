# The loops of the compressors that keep no state. See `gain_curve.pyx`.

cdef enum:
    # The ramped values. Value v of lane k is number 4 v + k of the RampBank.
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
    ADAPTIVE
    MAKEUP
    WET
    PRESENT
    TILT
    # Times. They do not move: a detector runs with those at the start of a ramp, and another with those at its goal.
    ATTACK
    FALL
    RELEASE
    HOLD
    VALUES

cdef struct Values:
    # The values of four lanes for a piece: start + span * shape[i]. At rest, the span is 0 and is ignored.
    const float *start
    const float *span
    const float *shape
    bint moving

cdef float loss_at_full_scale(float threshold_db, float slope, float knee_db, float range_db) noexcept nogil
cdef void powers(const float *sound, float *power, Py_ssize_t frames) noexcept nogil
cdef void raise_to_largest(float *top, const float *power, Py_ssize_t frames) noexcept nogil
cdef void louder(float *power, const float *other, Py_ssize_t frames) noexcept nogil
cdef void take(const float *left, const float *right, float *sound_l, float *sound_r, float *power,
               Py_ssize_t frames) noexcept nogil
cdef void blend(float *power, const float *mean, Values values, Py_ssize_t frames) noexcept nogil
cdef void decibels(const float *power, float *level_db, Py_ssize_t frames) noexcept nogil
cdef void link(float *left_db, float *right_db, const float *settled, Py_ssize_t frames) noexcept nogil
cdef void curve_down(const float *level_db, float *down_db, const float *settled, Py_ssize_t frames) noexcept nogil
cdef void curves(const float *level_db, float *down_db, float *open_db, const float *settled, Py_ssize_t frames) noexcept nogil
cdef void hurry(const float *peak, const float *square, float *release, Values values, Py_ssize_t frames) noexcept nogil
cdef void approach(float *value, const float *goal, const float *shape, Py_ssize_t frames) noexcept nogil
cdef void changes(float *reduction_db, float *deepest_db, Values values, Py_ssize_t frames) noexcept nogil
cdef void add_changed(float *sum, const float *change, const float *sound, bint whole, Py_ssize_t frames) noexcept nogil
