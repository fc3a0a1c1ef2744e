# cython: boundscheck=False, wraparound=False, cdivision=True
# Rows are as long as the caller states. No divisor can be zero.
"""Dynamic bands of the EQ: a second-order bell or shelf whose gain follows the level in its own frequency range.

Detector: it measures the louder channel in the frequency range of the band. For a bell, it is a series of two band-passes with
the frequency and the q of the band (at least 0.71: broader ones overshoot at the start of a tone). The two states of the second
one are a quarter of a period apart, so the sum of their squares is the envelope, without ripple at the centre. For a shelf, it
is a second-order low-pass or high-pass, rectified. For a sine, the peaks of this signal equal the amplitude of the sine.

Curve, in dB: change = sign * min((1 - 1 / ratio) * soft(level - threshold), gain range), with a knee of 6 dB. Above the threshold
the gain goes down or up. Below the knee, the band adds exactly nothing.

Ballistics: they act on the change in dB and are those of `compressors.pyx`. The hold time is one period of the band's
frequency, or 25 ms for low shelves.

Filter: a state-variable filter with trapezoidal integrators (Zavalishin, "The Art of VA Filter Design", 2018, chapters 3 and 4),
which stays stable while its coefficients change. The coefficients come from a table over the gain, which `design_dynamic.py`
makes for the rate. The curves are those of `bands.py`: boost and cut are mirror images, and the static and the dynamic gain
of a band add in dB. The filter uses float64 and has no latency.
"""

import math

import numpy as np

from dsp_ext.core cimport DB_PER_OCTAVE, Double2, add, left_of, log2_, mul, double2, right_of, soft, sub

from dsp_ext.settings import LIMITING_RATIO
from . import design_dynamic

_KINDS = {"bell": BELL, "low_shelf": LOW_SHELF, "high_shelf": HIGH_SHELF}
_LOW_SHELF_HOLD_MS = 25.0

#: Width of the knee of the curve.
KNEE_DB = 6.0

cdef float WIDTH = 6.0, BEND = 0.5 / 6.0  # of the knee, in dB; BEND is 1 / (2 WIDTH)
cdef float SILENCE = 1e-20, LOUDEST = 1e20  # powers, so that the logarithm is defined
cdef enum:
    # Indices of the states of a band. The detector's eight states come first, then the filter's four.
    FILTERED = 8
    HELD = 12
    MOVED
    WAIT

cdef double ROOT_2 = 1.4142135623730951

assert (design_dynamic.STEPS, len(design_dynamic.COLUMNS)) == (TABLE_STEPS, TABLE_COLUMNS)


def row(band, rate_hz):
    """[control] The numbers of `band` (an EqBand) in a bank. Empty if the band is not dynamic."""
    if not band.moves:
        return []
    dynamics = band.dynamics
    fall_ms = min(dynamics.attack_ms, 0.25 * dynamics.release_ms)
    # Two one-pole smoothers in series, with the times t1 and t2 <= t1 / 3, reach 63 % after t1 + t2 + t2^2 / (2 t1), within
    # 1 %.
    release_ms = dynamics.release_ms - fall_ms - 0.5 * fall_ms * fall_ms / dynamics.release_ms
    hold_ms = _LOW_SHELF_HOLD_MS if band.type == "low_shelf" else 1000 / band.freq_hz
    parts = (-math.expm1(-1000 / (ms * rate_hz)) for ms in (dynamics.attack_ms, fall_ms, release_ms))
    return [
        _KINDS[band.type],
        math.tan(math.pi * band.freq_hz / rate_hz),
        1 / band.q,
        dynamics.threshold_db,
        1 if dynamics.ratio >= LIMITING_RATIO else 1 - 1 / dynamics.ratio,
        abs(dynamics.range_db),
        math.copysign(1, dynamics.range_db),
        *parts,
        round(hold_ms * rate_hz / 1000),
        *np.ravel(design_dynamic.table(band, rate_hz)),
    ]


cdef double change(const double *numbers, double *state, const double *key_l, const double *key_r, const double *left,
                   const double *right, double *out_l, double *out_r, double *work, Py_ssize_t stride,
                   Py_ssize_t frames) noexcept nogil:
    """[audio] Write to `out_l` and `out_r` the signal that the band adds to `left` and `right`. Its detector reads `key_l`
    and `key_r`. Returns the largest change of the gain in dB; negative if the gain went down.

    `numbers`: from `row`, KIND not NONE; `state`: DYNAMIC_STATES; `work`: DYNAMIC_ROWS rows, `stride` >= `frames` apart.
    """
    cdef double furthest
    detect(numbers, state, key_l, key_r, work, frames)
    wanted(numbers, work, frames)
    furthest = follow(numbers, state, work, frames)
    coefficients(numbers, work, stride, frames)
    filter(state + FILTERED, left, right, out_l, out_r, work, stride, frames)
    return numbers[SIGN] * furthest


cdef void keep_in_range(const double *numbers, double *state) noexcept nogil:
    """[audio] Limit the change in `state` to the gain range in `numbers`. A larger change would take long to release."""
    cdef double most = numbers[RANGE_DB]
    state[HELD] = state[HELD] if state[HELD] < most else most
    state[MOVED] = state[MOVED] if state[MOVED] < most else most


cdef void detect(const double *c, double *state, const double *key_l, const double *key_r, double *power,
                 Py_ssize_t frames) noexcept nogil:
    """The squared envelope of the louder channel in the frequency range of the band."""
    cdef bint bell = c[KIND] == BELL
    cdef double g = c[TANGENT], k = c[DAMPING] if bell and c[DAMPING] < ROOT_2 else ROOT_2, l, r
    cdef double of_x = 1.0 if c[KIND] == HIGH_SHELF else 0.0
    cdef double of_band = k if bell else -k * of_x
    cdef double of_low = 1.0 if c[KIND] == LOW_SHELF else -of_x
    cdef Double2 gain = double2(g, g), factor = double2(1.0 / (1.0 + g * (g + k)), 1.0 / (1.0 + g * (g + k)))
    cdef Double2 take_x = double2(of_x, of_x), take_band = double2(of_band, of_band), take_low = double2(of_low, of_low)
    cdef Double2 rectified = double2(0.0 if bell else 1.0, 0.0 if bell else 1.0)
    cdef Double2 envelope = double2(k * k if bell else 0.0, k * k if bell else 0.0)
    cdef Double2 one = double2(state[0], state[1]), two = double2(state[2], state[3])
    cdef Double2 three = double2(state[4], state[5]), four = double2(state[6], state[7]), x, band, low
    cdef Py_ssize_t i
    for i in range(frames):
        x = double2(key_l[i], key_r[i])
        band = mul(factor, add(one, mul(gain, sub(x, two))))
        low = add(two, mul(gain, band))
        one = sub(add(band, band), one)
        two = sub(add(low, low), two)
        x = add(add(mul(take_x, x), mul(take_band, band)), mul(take_low, low))
        band = mul(factor, add(three, mul(gain, sub(x, four))))
        low = add(four, mul(gain, band))
        three = sub(add(band, band), three)
        four = sub(add(low, low), four)
        x = add(mul(rectified, mul(x, x)), mul(envelope, add(mul(band, band), mul(low, low))))
        l, r = left_of(x), right_of(x)
        power[i] = l if l > r else r
    state[0], state[1], state[2], state[3] = left_of(one), right_of(one), left_of(two), right_of(two)
    state[4], state[5], state[6], state[7] = left_of(three), right_of(three), left_of(four), right_of(four)


cdef void wanted(const double *c, double *row, Py_ssize_t frames) noexcept nogil:
    """Convert the squared envelope to the change of gain by the curve, in dB, in place."""
    cdef float threshold = <float> c[THRESHOLD_DB], slope = <float> c[SLOPE], most = <float> c[RANGE_DB], x
    cdef float db = <float> 0.5 * DB_PER_OCTAVE
    cdef Py_ssize_t i
    for i in range(frames):
        x = <float> row[i]
        x = x if x > SILENCE else SILENCE
        x = x if x < LOUDEST else LOUDEST
        x = slope * soft(db * log2_(x) - threshold, WIDTH, BEND)
        row[i] = x if x < most else most


cdef double follow(const double *c, double *state, double *row, Py_ssize_t frames) noexcept nogil:
    """Apply attack, hold and release, in place. Returns the largest change."""
    cdef double attack = c[ATTACK], fall = c[FALL], release = c[RELEASE], hold = c[HOLD]
    cdef double held = state[HELD], moved = state[MOVED], wait = state[WAIT], target, slow, up, down, largest = 0.0
    cdef Py_ssize_t i
    for i in range(frames):
        target = row[i]
        slow = held if wait > 0 else held + release * (target - held)
        wait = wait - 1.0 if wait > 1 else 0.0
        wait = wait if held > target else hold
        held = target if target > slow else slow
        # The fall is faster than the attack, so the lesser result is the attack's if the gain rises and the fall's if it
        # falls.
        up = moved + attack * (held - moved)
        down = moved + fall * (held - moved)
        moved = up if up < down else down
        row[i] = moved
        largest = moved if moved > largest else largest
    state[HELD], state[MOVED], state[WAIT] = held, moved, wait
    return largest


cdef void coefficients(const double *c, double *work, Py_ssize_t stride, Py_ssize_t frames) noexcept nogil:
    """Convert the change in dB (first row) to the pole, the factor, and the amounts of band-pass, low-pass and input to
    add."""
    cdef double *pole = work + stride
    cdef double *factor = work + 2 * stride
    cdef double *of_band = work + 3 * stride
    cdef double *of_low = work + 4 * stride
    cdef double *of_x = work + 5 * stride
    cdef const double *low
    cdef const double *high
    cdef double steps_per_db = TABLE_STEPS / c[RANGE_DB], at, part, g, k, ratio, k_zeros, at_dc, above
    cdef Py_ssize_t i, step
    for i in range(frames):
        at = work[i] * steps_per_db
        step = <Py_ssize_t> at if 0 <= at < TABLE_STEPS else TABLE_STEPS - 1
        part = at - <double> step
        low = c + TABLE + TABLE_COLUMNS * step
        high = low + TABLE_COLUMNS
        g = low[0] + part * (high[0] - low[0])
        k = low[1] + part * (high[1] - low[1])
        ratio = low[2] + part * (high[2] - low[2])
        k_zeros = low[3] + part * (high[3] - low[3])
        at_dc = low[4] + part * (high[4] - low[4])
        above = at_dc / (ratio * ratio)
        pole[i] = g
        factor[i] = 1.0 / (1.0 + g * (g + k))
        of_x[i] = above - 1.0
        of_band[i] = above * (k_zeros * ratio - k)
        of_low[i] = at_dc - above


cdef void filter(double *state, const double *left, const double *right, double *out_l, double *out_r,
                 const double *work, Py_ssize_t stride, Py_ssize_t frames) noexcept nogil:
    """Compute the signal to add, for both channels at once. The states depend on the input only, and the gains are applied
    to the outputs of the states. A change of gain therefore does not act on sound that is already in the filter."""
    cdef const double *pole = work + stride
    cdef const double *factor = work + 2 * stride
    cdef const double *of_band = work + 3 * stride
    cdef const double *of_low = work + 4 * stride
    cdef const double *of_x = work + 5 * stride
    cdef Double2 one = double2(state[0], state[1]), two = double2(state[2], state[3]), x, band, low, g
    cdef Py_ssize_t i
    for i in range(frames):
        x = double2(left[i], right[i])
        g = double2(pole[i], pole[i])
        band = mul(double2(factor[i], factor[i]), add(one, mul(g, sub(x, two))))
        low = add(two, mul(g, band))
        one = sub(add(band, band), one)
        two = sub(add(low, low), two)
        x = mul(double2(of_x[i], of_x[i]), x)
        x = add(x, add(mul(double2(of_band[i], of_band[i]), band), mul(double2(of_low[i], of_low[i]), low)))
        out_l[i] = left_of(x)
        out_r[i] = right_of(x)
    state[0], state[1], state[2], state[3] = left_of(one), right_of(one), left_of(two), right_of(two)
