# cython: boundscheck=False, wraparound=False, cdivision=True
# Rows are as long as the caller states, with four numbers per frame. Where knees are divisors, they are kept above zero.
"""The loops of the compressors that keep no state from frame to frame, for four lanes at once.

A row holds four numbers per frame, one for each lane (see `float4.pxd`). Settings are passed as `Values`. While they are
constant, which is nearly always, they stay in registers. During a ramp, every frame has its own values, by the same
arithmetic. Link and curve are computed from values without a ramp, `settled`, in the order of
`gain_curve.pxd`.
"""

from dsp_ext.core cimport (
    DB_PER_OCTAVE, LANES, OCTAVES_PER_DB, Float4, exp2_4, greater4, lesser4, log2_4, put_float4, float4, float4_at, soft,
)

cdef float SILENCE = 1e-20  # a power, so that the logarithm is defined
cdef float NARROWEST_KNEE_DB = 1e-6

cdef enum:
    ROW = 4  # numbers per frame


cdef float loss_at_full_scale(float threshold_db, float slope, float knee_db, float range_db) noexcept nogil:
    """The gain reduction of a compressor at 0 dB, in dB."""
    cdef float knee = max(knee_db, NARROWEST_KNEE_DB)
    return min(slope * soft(-threshold_db, knee, <float> 0.5 / knee), range_db)


# -- level -------------------------------------------------------------------------------------------------------

cdef void powers(const float *sound, float *power, Py_ssize_t frames) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(ROW * frames):
        power[i] = sound[i] * sound[i]


cdef void louder(float *power, const float *other, Py_ssize_t frames) noexcept nogil:
    """Replace `power` by the greater of both powers."""
    cdef Py_ssize_t at = 0
    while at < ROW * frames:
        put_float4(power + at, greater4(float4_at(power + at), float4_at(other + at)))
        at += LANES


cdef void raise_to_largest(float *top, const float *power, Py_ssize_t frames) noexcept nogil:
    """Raise the four numbers at `top` to the largest of each lane of `power`."""
    cdef Py_ssize_t at = 0
    cdef Float4 largest = float4_at(top)
    while at < ROW * frames:
        largest = greater4(largest, float4_at(power + at))
        at += LANES
    put_float4(top, largest)


cdef void take(const float *left, const float *right, float *sound_l, float *sound_r, float *power,
               Py_ssize_t frames) noexcept nogil:
    """Copy both channels, and compute the power of the louder one."""
    cdef Py_ssize_t at = 0
    cdef Float4 l, r
    while at < ROW * frames:
        l = float4_at(left + at)
        r = float4_at(right + at)
        put_float4(sound_l + at, l)
        put_float4(sound_r + at, r)
        put_float4(power + at, greater4(l * l, r * r))
        at += LANES


cdef void blend(float *power, const float *mean, Values values, Py_ssize_t frames) noexcept nogil:
    """Blend the power of the peak with the mean square, by the setting RMS, in place."""
    cdef Py_ssize_t i
    cdef int lane = 0
    cdef Float4 p, part, part_
    while lane < ROW:
        part = _start(values, RMS, lane)
        part_ = _span(values, RMS, lane)
        for i in range(frames):
            p = float4_at(power + ROW * i + lane)
            p = p + (part + part_ * float4(values.shape[i])) * (float4_at(mean + ROW * i + lane) - p)
            put_float4(power + ROW * i + lane, p)
        lane += LANES


cdef void decibels(const float *power, float *level_db, Py_ssize_t frames) noexcept nogil:
    """The level in dB relative to full scale."""
    cdef Py_ssize_t at = 0
    cdef Float4 silence = float4(SILENCE), db = float4(0.5 * DB_PER_OCTAVE)
    while at < ROW * frames:
        put_float4(level_db + at, db * log2_4(greater4(float4_at(power + at), silence)))
        at += LANES


cdef void link(float *left_db, float *right_db, const float *settled, Py_ssize_t frames) noexcept nogil:
    """Move the level of each channel towards the louder one, in place."""
    cdef Py_ssize_t i
    cdef int lane = 0
    cdef Float4 l, r, most, part
    while lane < ROW:
        part = _settled(settled, LINK, lane)
        for i in range(frames):
            l = float4_at(left_db + ROW * i + lane)
            r = float4_at(right_db + ROW * i + lane)
            most = greater4(l, r)
            put_float4(left_db + ROW * i + lane, l + part * (most - l))
            put_float4(right_db + ROW * i + lane, r + part * (most - r))
        lane += LANES


# -- curve -------------------------------------------------------------------------------------------------------

cdef void curve_down(const float *level_db, float *down_db, const float *settled, Py_ssize_t frames) noexcept nogil:
    """Same reduction as `curves` without upward compression and expansion."""
    cdef Py_ssize_t i
    cdef int lane = 0
    cdef Float4 x, threshold, slope, most, knee, half, bend
    while lane < ROW:
        threshold, slope = _settled(settled, THRESHOLD, lane) - _settled(settled, TILT, lane), _settled(settled, SLOPE, lane)
        most = _settled(settled, RANGE, lane)
        knee = greater4(_settled(settled, KNEE, lane), float4(NARROWEST_KNEE_DB))
        half = float4(0.5) * knee
        bend = float4(0.5) / knee
        for i in range(frames):
            x = float4_at(level_db + ROW * i + lane)
            x = slope * _soft(x - (threshold + half), x - (threshold - half), knee, bend)
            put_float4(down_db + ROW * i + lane, lesser4(x, most))
        lane += LANES


cdef void curves(const float *level_db, float *down_db, float *open_db, const float *settled, Py_ssize_t frames) noexcept nogil:
    """The static curve: the reduction (negative for a boost) in `down_db`, and the expander's reduction in `open_db`."""
    cdef Py_ssize_t i
    cdef int lane = 0
    cdef Float4 threshold, slope, most, up_threshold, rise, lift, gate, drop, floor, knee, half, bend, tilt
    while lane < ROW:
        tilt = _settled(settled, TILT, lane)
        threshold, slope = _settled(settled, THRESHOLD, lane) - tilt, _settled(settled, SLOPE, lane)
        up_threshold, rise = _settled(settled, UP_THRESHOLD, lane) - tilt, _settled(settled, UP_SLOPE, lane)
        gate, drop = _settled(settled, EXPAND_THRESHOLD, lane) - tilt, _settled(settled, EXPAND_SLOPE, lane)
        most, lift = _settled(settled, RANGE, lane), _settled(settled, UP_RANGE, lane)
        floor = _settled(settled, EXPAND_RANGE, lane)
        knee = greater4(_settled(settled, KNEE, lane), float4(NARROWEST_KNEE_DB))
        half = float4(0.5) * knee
        bend = float4(0.5) / knee
        for i in range(frames):
            _bend(level_db + ROW * i + lane, down_db + ROW * i + lane, open_db + ROW * i + lane, threshold, slope, most,
                  up_threshold, rise, lift, gate, drop, floor, knee, half, bend)
        lane += LANES


cdef inline void _bend(const float *level_db, float *down_db, float *open_db, Float4 threshold, Float4 slope, Float4 most,
                       Float4 up_threshold, Float4 rise, Float4 lift, Float4 gate, Float4 drop, Float4 floor,
                       Float4 knee, Float4 half, Float4 bend) noexcept nogil:
    cdef Float4 x = float4_at(level_db)
    cdef Float4 down = lesser4(slope * _soft(x - (threshold + half), x - (threshold - half), knee, bend), most)
    cdef Float4 up = lesser4(rise * _soft((up_threshold - half) - x, (up_threshold + half) - x, knee, bend), lift)
    cdef Float4 opening = lesser4(drop * _soft((gate - half) - x, (gate + half) - x, knee, bend), floor)
    put_float4(down_db, down - up)
    put_float4(open_db, float4(0.0) - opening)


cdef inline Float4 _soft(Float4 above, Float4 inside, Float4 knee, Float4 bend) noexcept nogil:
    """`soft` of `knee.pxd`, from the distances to the end and to the start of the knee."""
    inside = lesser4(greater4(inside, float4(0.0)), knee)
    return inside * inside * bend + greater4(above, float4(0.0))


# -- gain --------------------------------------------------------------------------------------------------------

cdef void hurry(const float *peak, const float *square, float *release, Values values, Py_ssize_t frames) noexcept nogil:
    """How many times faster than stated the release is. With ADAPTIVE it depends on the crest factor, from peak and mean
    square; otherwise it is 1. A steady tone has a squared crest factor of 2."""
    cdef Py_ssize_t i
    cdef int lane = 0
    cdef Float4 factor, haste, haste_, one = float4(1.0), silence = float4(SILENCE)
    while lane < ROW:
        haste = _start(values, ADAPTIVE, lane)
        haste_ = _span(values, ADAPTIVE, lane)
        for i in range(frames):
            factor = float4_at(peak + ROW * i + lane) + silence
            factor = float4(0.5) * factor / (float4_at(square + ROW * i + lane) + silence)
            factor = lesser4(greater4(factor, float4(0.5)), float4(5.0))
            put_float4(release + ROW * i + lane, one + (haste + haste_ * float4(values.shape[i])) * (factor - one))
        lane += LANES


cdef void approach(float *value, const float *goal, const float *shape, Py_ssize_t frames) noexcept nogil:
    """`value` moved towards `goal` by the part `shape` of each frame, in place."""
    cdef Py_ssize_t i
    cdef int lane = 0
    cdef Float4 now
    while lane < ROW:
        for i in range(frames):
            now = float4_at(value + ROW * i + lane)
            put_float4(value + ROW * i + lane, now + float4(shape[i]) * (float4_at(goal + ROW * i + lane) - now))
        lane += LANES


cdef void changes(float *reduction_db, float *deepest_db, Values values, Py_ssize_t frames) noexcept nogil:
    """Replace the reduction by gain - 1, including make-up, mix, and whether the band is audible. The result is exactly 0 if
    reduction, make-up and mix change nothing. `deepest_db` holds the greatest reduction of each lane so far and is
    updated."""
    cdef Py_ssize_t i
    cdef int lane = 0
    cdef Float4 makeup, wet, present, reduction, change, deepest, one = float4(1.0), octaves = float4(OCTAVES_PER_DB)
    cdef bint mixed = values.moving
    for i in range(ROW):
        mixed = mixed or values.start[ROW * WET + i] != 1 or values.start[ROW * PRESENT + i] != 1
    while lane < ROW:
        deepest = float4_at(deepest_db + lane)
        makeup, wet, present = _start(values, MAKEUP, lane), _start(values, WET, lane), _start(values, PRESENT, lane)
        for i in range(frames):
            if values.moving:
                makeup, wet, present = _now(values, MAKEUP, lane, i), _now(values, WET, lane, i), _now(values, PRESENT, lane, i)
            reduction = float4_at(reduction_db + ROW * i + lane)
            deepest = greater4(reduction, deepest)
            change = exp2_4((makeup - reduction) * octaves) - one
            if mixed:  # otherwise the result is the same without it
                change = wet * change
                change = change + (present - one) * (one + change)
            put_float4(reduction_db + ROW * i + lane, change)
        put_float4(deepest_db + lane, deepest)
        lane += LANES


cdef void add_changed(float *sum, const float *change, const float *sound, bint whole, Py_ssize_t frames) noexcept nogil:
    """Add to `sum` the change of the sound by `change` in all lanes; with `whole`, add the sound as well."""
    cdef Py_ssize_t i
    cdef float a, b, c, d
    for i in range(frames):
        a = change[ROW * i] * sound[ROW * i]
        b = change[ROW * i + 1] * sound[ROW * i + 1]
        c = change[ROW * i + 2] * sound[ROW * i + 2]
        d = change[ROW * i + 3] * sound[ROW * i + 3]
        if whole:
            a = sound[ROW * i] + a
            b = sound[ROW * i + 1] + b
            c = sound[ROW * i + 2] + c
            d = sound[ROW * i + 3] + d
        sum[i] += (a + c) + (b + d)


cdef inline Float4 _settled(const float *settled, int which, int lane) noexcept nogil:
    return float4_at(settled + ROW * which + lane)


cdef inline Float4 _start(Values values, int which, int lane) noexcept nogil:
    return float4_at(values.start + ROW * which + lane)


cdef inline Float4 _span(Values values, int which, int lane) noexcept nogil:
    return float4_at(values.span + ROW * which + lane)


cdef inline Float4 _now(Values values, int which, int lane, Py_ssize_t i) noexcept nogil:
    """The value in frame i of a piece with a ramp."""
    return _start(values, which, lane) + _span(values, which, lane) * float4(values.shape[i])
