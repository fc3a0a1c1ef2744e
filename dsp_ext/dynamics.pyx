# cython: boundscheck=False, wraparound=False, cdivision=True
# Rows are as long as the caller says; knees are kept above zero where they divide.
"""Passes of the compressor over a chunk: loops that remember nothing, so that they become vector instructions.

Settings come as start and span of a glide (see `glide.pyx`): value = start + span * shape[i]. The module is apart from
the compressor because the compiler vectorises a loop over many rows only where it does not see the caller's.
"""

from ._knee cimport soft
from ._math cimport DB_PER_OCTAVE, OCTAVES_PER_DB, exp2_, log2_

# Variables, not constants: the compiler would follow the path of a known value apart, and keep the loops scalar.
cdef float SILENCE = 1e-20  # a power, so that the logarithm is defined
cdef float NARROWEST_KNEE_DB = 1e-6


cdef float loss_at_full_scale(float threshold_db, float slope, float knee_db, float range_db) noexcept nogil:
    """What the compressor takes from 0 dB, in dB."""
    cdef float knee = max(knee_db, NARROWEST_KNEE_DB)
    return min(slope * soft(-threshold_db, knee, <float> 0.5 / knee), range_db)


cdef void levels(float *left, float *right, const float *start, const float *span, const float *shape,
        Py_ssize_t frames) noexcept nogil:
    """From power to level in dB re full scale, in place; each channel moved towards the louder by the link."""
    cdef Py_ssize_t i
    cdef float l, r, louder, part
    cdef float link = start[LINK], link_ = span[LINK], db = <float> 0.5 * DB_PER_OCTAVE
    for i in range(frames):
        l = left[i]
        r = right[i]
        l = l if l > SILENCE else SILENCE
        r = r if r > SILENCE else SILENCE
        l = db * log2_(l)
        r = db * log2_(r)
        louder = l if l > r else r
        part = link + link_ * shape[i]
        left[i] = l + part * (louder - l)
        right[i] = r + part * (louder - r)


cdef void curve(const float *level_db, float *down_db, float *open_db, const float *start, const float *span,
        const float *shape, Py_ssize_t frames) noexcept nogil:
    """Static curve: reduction (below 0: a boost) in `down_db`, and minus the expansion's in `open_db`."""
    cdef Py_ssize_t i
    cdef float threshold = start[THRESHOLD], threshold_ = span[THRESHOLD], slope = start[SLOPE], slope_ = span[SLOPE]
    cdef float knee = start[KNEE], knee_ = span[KNEE], most = start[RANGE], most_ = span[RANGE]
    cdef float up = start[UP_THRESHOLD], up_ = span[UP_THRESHOLD], rise = start[UP_SLOPE], rise_ = span[UP_SLOPE]
    cdef float lift = start[UP_RANGE], lift_ = span[UP_RANGE]
    cdef float gate = start[EXPAND_THRESHOLD], gate_ = span[EXPAND_THRESHOLD]
    cdef float drop = start[EXPAND_SLOPE], drop_ = span[EXPAND_SLOPE]
    cdef float floor = start[EXPAND_RANGE], floor_ = span[EXPAND_RANGE], tilt = start[TILT], tilt_ = span[TILT]
    cdef float s, x, w, bend, a, b, limit
    for i in range(frames):
        s = shape[i]
        x = level_db[i] + (tilt + tilt_ * s)
        w = knee + knee_ * s
        w = w if w > NARROWEST_KNEE_DB else NARROWEST_KNEE_DB
        bend = <float> 0.5 / w
        a = (slope + slope_ * s) * soft(x - (threshold + threshold_ * s), w, bend)
        limit = most + most_ * s
        a = a if a < limit else limit
        b = (rise + rise_ * s) * soft(up + up_ * s - x, w, bend)
        limit = lift + lift_ * s
        b = b if b < limit else limit
        down_db[i] = a - b
        a = (drop + drop_ * s) * soft(gate + gate_ * s - x, w, bend)
        limit = floor + floor_ * s
        a = a if a < limit else limit
        open_db[i] = -a


cdef void hurry(const float *peak, const float *square, float *release, const float *start, const float *span,
        const float *shape, Py_ssize_t frames) noexcept nogil:
    """How many times faster than stated to release, from peak and mean square: 1, or with HASTE what the crest factor
    asks for. A steady tone has a squared crest factor of 2."""
    cdef Py_ssize_t i
    cdef float haste = start[HASTE], haste_ = span[HASTE], factor
    for i in range(frames):
        factor = <float> 0.5 * (peak[i] + SILENCE) / (square[i] + SILENCE)
        factor = factor if factor > <float> 0.5 else <float> 0.5
        factor = factor if factor < <float> 5.0 else <float> 5.0
        release[i] = <float> 1.0 + (haste + haste_ * shape[i]) * (factor - <float> 1.0)


cdef void changes(float *reduction_db, const float *start, const float *span, const float *shape,
        Py_ssize_t frames) noexcept nogil:
    """gain - 1 in place of the reduction: make-up, mix, and whether the band is heard. Exactly 0 where all is neutral."""
    cdef Py_ssize_t i
    cdef float makeup = start[MAKEUP], makeup_ = span[MAKEUP], wet = start[WET], wet_ = span[WET]
    cdef float present = start[PRESENT], present_ = span[PRESENT]
    cdef float change
    for i in range(frames):
        change = exp2_((makeup + makeup_ * shape[i] - reduction_db[i]) * OCTAVES_PER_DB) - <float> 1.0
        change = (wet + wet_ * shape[i]) * change
        reduction_db[i] = change + (present + present_ * shape[i] - <float> 1.0) * (<float> 1.0 + change)
