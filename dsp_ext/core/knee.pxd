# The soft knee of static curves, for the multiband compressor and the dynamic bands.


cdef inline float soft(float over, float knee, float bend) noexcept nogil:
    """`over` above the knee, 0 below it, and a parabola within it that joins both. `bend` is 1 / (2 knee)."""
    cdef float above = over - <float> 0.5 * knee
    cdef float inside = over + <float> 0.5 * knee
    above = above if above > 0 else 0
    inside = inside if inside > 0 else 0
    inside = inside if inside < knee else knee
    return inside * inside * bend + above
